package io.overt.signer.trust;

import io.overt.service.json.JsonText;
import io.overt.signer.ca.CaException;
import io.overt.signer.ca.Pem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/**
 * One root in the forms that clients take. The same root and organisation make the same files: what
 * is compared by two people is equal.
 */
final class TrustFiles {

    private final X509Certificate root;
    private final String organisation;
    private final byte[] der;

    TrustFiles(TrustedRoot root, String organisation) throws GeneralSecurityException {
        this.root = root.certificate();
        this.organisation = organisation;
        this.der = this.root.getEncoded();
    }

    /** Writes all of them into a folder in which none of them is. */
    void write(Path folder) throws CaException, IOException, GeneralSecurityException {
        Map<String, byte[]> files = files();
        for (String name : files.keySet()) {
            if (Files.exists(folder.resolve(name))) {
                throw new CaException(
                        folder.resolve(name) + ": is there already, and is not overwritten");
            }
        }
        for (Map.Entry<String, byte[]> each : files.entrySet()) {
            Pem.writeNew(folder.resolve(each.getKey()), each.getValue());
        }
    }

    /** What people compare with what they were told by another way. */
    String fingerprints() throws GeneralSecurityException {
        return """
        %s
        SHA-256 %s
        SHA-1   %s  (the "thumbprint" that Windows shows; nothing rests on it)
        valid   %s to %s
        """
                .formatted(
                        root.getSubjectX500Principal(),
                        fingerprint("SHA-256"),
                        fingerprint("SHA-1"),
                        root.getNotBefore().toInstant(),
                        root.getNotAfter().toInstant());
    }

    private Map<String, byte[]> files() throws GeneralSecurityException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put(NAME + ".pem", utf8(Pem.of(root)));
        files.put(NAME + ".cer", der);
        files.put(
                NAME + ".p7b",
                CertificateFactory.getInstance("X.509")
                        .generateCertPath(List.of(root))
                        .getEncoded("PKCS7"));
        files.put(NAME + ".mobileconfig", utf8(mobileConfig()));
        files.put("policies.json", utf8(firefox()));
        files.put("windows.txt", utf8(windows()));
        files.put("fingerprints.txt", utf8(fingerprints()));
        return files;
    }

    /** Apple, "Configuration Profile Reference": a profile with one com.apple.security.root. */
    private String mobileConfig() {
        String subject = xml(String.valueOf(root.getSubjectX500Principal()));
        return """
        <?xml version="1.0" encoding="UTF-8"?>
        <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
        <plist version="1.0">
        <dict>
          <key>PayloadContent</key>
          <array>
            <dict>
              <key>PayloadCertificateFileName</key>
              <string>%s.cer</string>
              <key>PayloadContent</key>
              <data>%s</data>
              <key>PayloadDescription</key>
              <string>Trusts the inspection CA: %s</string>
              <key>PayloadDisplayName</key>
              <string>%s</string>
              <key>PayloadIdentifier</key>
              <string>io.overt.inspection-root.%s</string>
              <key>PayloadType</key>
              <string>com.apple.security.root</string>
              <key>PayloadUUID</key>
              <string>%s</string>
              <key>PayloadVersion</key>
              <integer>1</integer>
            </dict>
          </array>
          <key>PayloadDescription</key>
          <string>Lets %s inspect TLS connections of this device, openly.</string>
          <key>PayloadDisplayName</key>
          <string>TLS inspection by %s</string>
          <key>PayloadIdentifier</key>
          <string>io.overt.inspection.%s</string>
          <key>PayloadOrganization</key>
          <string>%s</string>
          <key>PayloadScope</key>
          <string>System</string>
          <key>PayloadType</key>
          <string>Configuration</string>
          <key>PayloadUUID</key>
          <string>%s</string>
          <key>PayloadVersion</key>
          <integer>1</integer>
        </dict>
        </plist>
        """
                .formatted(
                        NAME,
                        Base64.getEncoder().encodeToString(der),
                        subject,
                        subject,
                        uuid("certificate"),
                        uuid("certificate"),
                        xml(organisation),
                        xml(organisation),
                        uuid("profile"),
                        xml(organisation),
                        uuid("profile"));
    }

    /** Mozilla, policy-templates, "Certificates". */
    private static String firefox() {
        return JsonText.of(
                        Map.of(
                                "policies",
                                Map.of("Certificates", Map.of("Install", List.of(NAME + ".pem")))))
                + "\n";
    }

    private String windows() throws GeneralSecurityException {
        return """
        Inspection root of %s for Windows
        %s
        First compare the SHA-256 with what you were told by another way:
          certutil -hashfile %s.cer SHA256

        One computer, as administrator:
          certutil -addstore -f Root %s.cer

        A domain, by group policy:
          gpmc.msc: Computer Configuration, Policies, Windows Settings, Security Settings,
          Public Key Policies, Trusted Root Certification Authorities: Import %s.cer

        A domain, by Active Directory, as enterprise administrator:
          certutil -dspublish -f %s.cer RootCA

        Away again:
          certutil -delstore Root %s
        """
                .formatted(
                        organisation,
                        fingerprints(),
                        NAME,
                        NAME,
                        NAME,
                        NAME,
                        fingerprint("SHA-1").replace(":", "").toLowerCase(Locale.ROOT))
                .replace("\n", "\r\n");
    }

    /** The same profile again replaces itself on a device. */
    private UUID uuid(String what) {
        byte[] name = new byte[der.length + what.length()];
        System.arraycopy(der, 0, name, 0, der.length);
        System.arraycopy(utf8(what), 0, name, der.length, what.length());
        return UUID.nameUUIDFromBytes(name);
    }

    private String fingerprint(String algorithm) throws GeneralSecurityException {
        return HexFormat.ofDelimiter(":")
                .withUpperCase()
                .formatHex(MessageDigest.getInstance(algorithm).digest(der));
    }

    private static String xml(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static final String NAME = "inspection-root";
}
