package io.overt.x509.tlog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.overt.x509.tlog.NoteKey.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SignedNoteTest {

    private static final String EXAMPLE =
            """
            This is an example message.

            \u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
            """;
    private static final String EXAMPLE_KEY =
            "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

    @Test
    void the_example_of_the_specification_verifies() throws IOException {
        NoteKey key = NoteKey.parse(EXAMPLE_KEY);
        SignedNote note = SignedNote.parse(EXAMPLE.getBytes(UTF_8));
        assertThat(note.verified(List.of(key))).containsExactly(key);
        assertThat(note.text()).isEqualTo("This is an example message.\n");
        assertThat(new String(note.encoded(), UTF_8)).isEqualTo(EXAMPLE);
        assertThat(key.vkey()).isEqualTo(EXAMPLE_KEY);
    }

    @Test
    void a_note_with_any_byte_changed_is_refused() throws IOException {
        NoteKey key = NoteKey.parse(EXAMPLE_KEY);
        byte[] good = EXAMPLE.getBytes(UTF_8);
        for (int at = 0; at < good.length; at++) {
            for (int bit : List.of(0x01, 0x04, 0x20, 0x80)) {
                byte[] bad = good.clone();
                bad[at] ^= (byte) bit;
                assertThatThrownBy(() -> SignedNote.parse(bad).verified(List.of(key)))
                        .as("byte %d, bit %x", at, bit)
                        .isInstanceOf(MalformedLogException.class);
            }
        }
    }

    @Test
    void the_checkpoint_of_the_specification_is_read_with_its_cosignature() throws IOException {
        String text =
                """
                example.com/behind-the-sofa
                20852163
                CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

                \u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
                \u2014 witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
                """;
        SignedNote note = SignedNote.parse(text.getBytes(UTF_8));
        Checkpoint checkpoint = Checkpoint.parse(note.text());
        assertThat(checkpoint.origin()).isEqualTo("example.com/behind-the-sofa");
        assertThat(checkpoint.head().size()).isEqualTo(20_852_163);
        assertThat(checkpoint.text()).isEqualTo(note.text());
        assertThat(note.signatures())
                .extracting(NoteSignature::name)
                .containsExactly("example.com/behind-the-sofa", "witness.example.com/w1");
        assertThat(ByteBuffer.wrap(note.signatures().get(1).signature()).getLong())
                .isEqualTo(1_679_315_147);
    }

    @Test
    void an_ecdsa_key_signs_and_is_told_in_the_form_of_others() throws Exception {
        // Rekor's key, as transparency-dev's tools, which are to verify our checkpoints, have it.
        String rekor =
                "rekor.sigstore.dev+c0d23d6a+AjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNhtmPtrWm3U1eQXBogSMdGvXwBcK5AW5i0hrZLOC96l+smGNM7nwZ4QvFK/4sueRoVj//QP22Ni4Qt9DPfkWLc=";
        assertThat(NoteKey.parse(rekor).vkey()).isEqualTo(rekor);
        assertThatThrownBy(() -> NoteKey.parse(rekor.replace("c0d23d6a", "c0d23d6b")))
                .isInstanceOf(MalformedLogException.class);
        KeyPair pair = p256();
        NoteKey key = NoteKey.of("log.example/1", Kind.ECDSA, pair.getPublic());
        assertThat(NoteKey.parse(key.vkey())).isEqualTo(key);
        SignedNote note = signed("text\n\nmore\n", key, pair, "SHA256withECDSA");
        SignedNote read = SignedNote.parse(note.encoded());
        assertThat(read).isEqualTo(note);
        assertThat(read.verified(List.of(key))).containsExactly(key);
        NoteKey renamed = NoteKey.of("log.example/2", Kind.ECDSA, pair.getPublic());
        assertThatThrownBy(() -> read.verified(List.of(renamed)))
                .isInstanceOf(MalformedLogException.class)
                .hasMessageContaining("not signed by any of [log.example/2]");
    }

    @Test
    void a_cosignature_says_when() throws Exception {
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        NoteKey witness = NoteKey.of("witness.example/w", Kind.COSIGNATURE, pair.getPublic());
        String text = Checkpoint.of("log.example/1", TreeHead.EMPTY).text();
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(pair.getPrivate());
        signature.update(("cosignature/v1\ntime 1679315147\n" + text).getBytes(UTF_8));
        byte[] timed = ByteBuffer.allocate(72).putLong(1_679_315_147).put(signature.sign()).array();
        SignedNote note =
                new SignedNote(
                        text, List.of(new NoteSignature(witness.name(), witness.id(), timed)));
        assertThat(note.verified(List.of(witness))).containsExactly(witness);
        timed[7] ^= 1;
        SignedNote other =
                new SignedNote(
                        text, List.of(new NoteSignature(witness.name(), witness.id(), timed)));
        assertThatThrownBy(() -> other.verified(List.of(witness)))
                .hasMessageContaining("does not verify");
    }

    @Test
    void strangers_signatures_are_ignored_and_a_wrong_one_of_a_known_key_is_not() throws Exception {
        KeyPair pair = p256();
        NoteKey key = NoteKey.of("log.example/1", Kind.ECDSA, pair.getPublic());
        NoteSignature good = signed("text\n", key, pair, "SHA256withECDSA").signatures().getFirst();
        List<NoteSignature> signatures = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            signatures.add(new NoteSignature("stranger.example", i, new byte[] {1}));
        }
        signatures.add(good);
        SignedNote note = SignedNote.parse(new SignedNote("text\n", signatures).encoded());
        assertThat(note.verified(List.of(key))).containsExactly(key);
        NoteSignature forged = new NoteSignature(key.name(), key.id(), new byte[] {1, 2, 3});
        assertThatThrownBy(() -> new SignedNote("text\n", List.of(forged)).verified(List.of(key)))
                .isInstanceOf(MalformedLogException.class);
    }

    @Test
    void what_is_no_note_is_refused() {
        for (String bad :
                List.of(
                        "",
                        "\n\n",
                        "text\n",
                        "text\n\n",
                        "text\n\nline\n",
                        "text\n\n\u2014 key\n",
                        "text\n\n\u2014 key AAAAAA\n",
                        "text\n\n\u2014 key AAAAAAA=",
                        "text\n\n\u2014 a+b AAAAAAA=\n",
                        "te\u0000xt\n\n\u2014 key AAAAAAA=\n",
                        "text\r\n\n\u2014 key AAAAAAA=\n")) {
            assertThatThrownBy(() -> SignedNote.parse(bad.getBytes(UTF_8)))
                    .as(bad)
                    .isInstanceOf(MalformedLogException.class);
        }
        assertThatThrownBy(() -> SignedNote.parse(new byte[] {(byte) 0xff, '\n', '\n'}))
                .isInstanceOf(MalformedLogException.class);
    }

    @Test
    void what_is_no_checkpoint_is_refused() {
        String root = MerkleHash.OF_NOTHING.base64();
        for (String bad :
                List.of(
                        "",
                        "origin\n0\n",
                        "\n0\n" + root + "\n",
                        "origin\n01\n" + root + "\n",
                        "origin\n-1\n" + root + "\n",
                        "origin\n1\n" + root.substring(1) + "\n",
                        "origin\n1\n" + root.replace("=", "") + "\n",
                        "origin\n0\n" + root + "\n\n",
                        "origin\n99999999999999999999\n" + root + "\n",
                        "origin\n0\n" + root)) {
            assertThatThrownBy(() -> Checkpoint.parse(bad))
                    .as(bad)
                    .isInstanceOf(MalformedLogException.class);
        }
    }

    @Test
    void a_proof_is_checked_by_whoever_has_entry_and_key() throws Exception {
        KeyPair pair = p256();
        NoteKey key = NoteKey.of("log.example/1", Kind.ECDSA, pair.getPublic());
        NaiveTree tree = NaiveTree.random(9, 300);
        SignedNote checkpoint =
                signed(
                        Checkpoint.of("log.example/1", tree.publish()).text(),
                        key,
                        pair,
                        "SHA256withECDSA");
        LogProof proof = new LogProof(17, new TiledTree(tree, 300).inclusion(17), checkpoint);
        LogProof read = LogProof.parse(proof.text());
        assertThat(read).isEqualTo(proof);
        read.requireOf(tree.entries.get(17), key);
        assertThatThrownBy(() -> read.requireOf(tree.entries.get(18), key))
                .isInstanceOf(MalformedLogException.class);
        byte[] text = proof.text().getBytes(UTF_8);
        for (int at = 0; at < text.length; at++) {
            byte[] bad = text.clone();
            bad[at] ^= 0x02;
            assertThatThrownBy(
                            () ->
                                    LogProof.parse(new String(bad, UTF_8))
                                            .requireOf(tree.entries.get(17), key))
                    .as("byte %d", at)
                    .isInstanceOf(MalformedLogException.class);
        }
    }

    private static SignedNote signed(String text, NoteKey key, KeyPair pair, String algorithm)
            throws Exception {
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(pair.getPrivate());
        signature.update(text.getBytes(UTF_8));
        return new SignedNote(
                text, List.of(new NoteSignature(key.name(), key.id(), signature.sign())));
    }

    private static KeyPair p256() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }
}
