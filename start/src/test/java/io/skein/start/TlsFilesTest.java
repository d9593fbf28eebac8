package io.skein.start;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.wire.grpc.TlsSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsFilesTest {
  @TempDir Path directory;

  private TlsSettings of(Map<String, String> given) {
    return TlsFiles.of(
        Settings.resolve(given, Map.of(), Map.of(), Map.of()),
        directory.resolve("skein-agent.jar"));
  }

  @Test
  void nothingAsksForIt() {
    assertThat(of(Map.of())).isNull();
    assertThat(of(Map.of("tls", "false"))).isNull();
  }

  @Test
  void askedForWithoutFilesItTrustsWhatTheJdkTrusts() {
    assertThat(of(Map.of("tls", "true"))).isEqualTo(new TlsSettings(null, null, null));
    assertThat(of(Map.of("agent.force_tls", "true"))).isEqualTo(new TlsSettings(null, null, null));
  }

  @Test
  void aFileThatIsNamedAsksForItWhetherItIsThereOrNot() {
    Path absent = Path.of("/nowhere/ca.pem");
    assertThat(of(Map.of("tls.ca", absent.toString())))
        .isEqualTo(new TlsSettings(absent, null, null));
    assertThat(
            of(
                Map.of(
                    "agent.ssl_cert_chain_path", "/nowhere/own.pem",
                    "agent.ssl_key_path", "/nowhere/own.key")))
        .isEqualTo(new TlsSettings(null, Path.of("/nowhere/own.pem"), Path.of("/nowhere/own.key")));
  }

  @Test
  void aFileOfSkyWalkingsLayoutIsFoundBesideTheAgent() throws IOException {
    Map<String, String> shipped = Map.of("agent.ssl_trusted_ca_path", "/ca/ca.crt");
    assertThat(of(shipped)).as("every agent.config says so").isNull();
    Path authorities = directory.resolve("ca").resolve("ca.crt");
    Files.createDirectories(authorities.getParent());
    Files.writeString(authorities, "");
    assertThat(of(shipped)).isEqualTo(new TlsSettings(authorities, null, null));
    assertThat(of(Map.of("tls.ca", "ca/ca.crt")))
        .isEqualTo(new TlsSettings(authorities, null, null));
  }
}
