package io.overt.control.web;

import static io.overt.control.web.WebServerTest.files;
import static io.overt.control.web.WebServerTest.json;
import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The notice page as a browser shows it, light and dark; pictures stay in {@code target/}. */
class NoticeInChromiumTest {
    private static final Path PICTURES =
            Path.of(System.getProperty("basedir", ""), "target", "notice");

    private static final String HEALTH =
            """
            rules:
              - name: health
                when: {host: clinic.example}
                then: splice
                because: Health services are never inspected.
            """;

    @TempDir Path folder;

    @Test
    void it_is_shown_light_and_dark_and_in_both_languages() throws Exception {
        Files.createDirectories(PICTURES);
        try (var web = new WebControlPlane(folder)) {
            var policy = WebServerTest.policy("corporate").replace("rules:\n", HEALTH);
            assertThat(
                            json(web.post("/v1/policy/versions", files(policy)))
                                    .get("outcome")
                                    .getAsString())
                    .isEqualTo("PUBLISH_OUTCOME_PUBLISHED");

            var light = picture(web, "light.png", 1, "/notice?host=clinic.example&lang=en");
            var dark = picture(web, "dark.png", 0, "/notice?host=news.example&lang=de");

            assertThat(brightness(light)).isGreaterThan(200);
            assertThat(brightness(dark)).isLessThan(80);
        }
    }

    private BufferedImage picture(WebControlPlane web, String name, int scheme, String path)
            throws Exception {
        var file = PICTURES.resolve(name).toAbsolutePath();
        Files.deleteIfExists(file);
        var command =
                new ArrayList<>(
                        List.of(
                                "chromium",
                                "--headless=new",
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-dev-shm-usage",
                                "--ignore-certificate-errors",
                                "--user-data-dir=" + folder.resolve(name + "-profile"),
                                "--blink-settings=preferredColorScheme=" + scheme,
                                "--window-size=900,2300",
                                "--screenshot=" + file,
                                web.uri(path).toString()));
        var said = new File(folder.toFile(), name + ".log");
        var process =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said).start();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("chromium did not end");
        }
        assertThat(file).as(Files.readString(said.toPath())).exists();
        return ImageIO.read(file.toFile());
    }

    /** Of the ground beside the text, 0 to 255. */
    private static int brightness(BufferedImage picture) {
        int pixel = picture.getRGB(5, picture.getHeight() / 2);
        return ((pixel >> 16 & 0xff) + (pixel >> 8 & 0xff) + (pixel & 0xff)) / 3;
    }
}
