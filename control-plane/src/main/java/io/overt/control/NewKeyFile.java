package io.overt.control;

import io.overt.service.process.ServiceFrame;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import picocli.CommandLine;

/** What the commands that make a key have in common: nothing is overwritten, and both say so. */
final class NewKeyFile {

    /** Makes the key and its files. */
    interface Making {
        /**
         * Does it; answers what is printed of it.
         *
         * @throws FileAlreadyExistsException naming the file that is there
         */
        Made made() throws IOException;
    }

    /**
     * A key that was made.
     *
     * @param publicHalf its file
     * @param called what the key is called by others, with what that is called
     */
    record Made(Path publicHalf, String called) {}

    /** Answers the exit code. */
    static int make(CommandLine line, Path out, Making making) {
        try {
            var made = making.made();
            line.getOut().println("private key  " + out);
            line.getOut().println("public key   " + made.publicHalf());
            line.getOut().println(made.called());
            return ServiceFrame.OK;
        } catch (FileAlreadyExistsException e) {
            line.getErr().println(e.getMessage() + ": is there already, and is never overwritten");
        } catch (IOException e) {
            line.getErr().println(out + ": cannot be written: " + e);
        }
        return ServiceFrame.FAILED;
    }

    private NewKeyFile() {}
}
