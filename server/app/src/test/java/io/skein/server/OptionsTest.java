package io.skein.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.server.storage.InMemoryTraceStore;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  @TempDir Path data;

  private int run(Map<String, String> variables, String... args) {
    Main main = new Main(stream(out), stream(err), variables, options -> new InMemoryTraceStore());
    return main.run(args);
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void defaultsArePinned() {
    Options options = new Options();
    assertThat(options.grpcPort).isEqualTo(11800);
    assertThat(options.httpPort).isEqualTo(12800);
    assertThat(options.bind).isEqualTo("127.0.0.1");
    assertThat(options.disk).hasToString("2 GB");
    assertThat(options.token).isNull();
    assertThat(options.data).endsWithRaw(Path.of(".skein", "data"));
    assertThat(options.contradiction()).isNull();
  }

  @Test
  void helpNamesEveryOptionItsDefaultAndTheEnvironment() {
    assertThat(run(Map.of(), "--help")).isZero();
    String help = out.toString(StandardCharsets.UTF_8);
    assertThat(help)
        .contains("--data=DIR", "--disk=SIZE", "--grpc-port=PORT", "--http-port=PORT", "--bind")
        .contains("--token", "--allow-host", "11800", "12800", "SKEIN_SERVER_GRPC_PORT")
        .contains("${HOME}/.skein/data");
    assertThat(help.lines().mapToInt(String::length).max().getAsInt()).isLessThanOrEqualTo(100);
    assertThat(err()).isEmpty();
  }

  @Test
  void versionIsOneLine() {
    assertThat(run(Map.of(), "--version")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("skein server ").hasLineCount(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--disk=2XB | a size is a number with a unit, such as 500MB or 2GB; got \"2XB\"",
        "--disk=1MB | --disk must be at least 64 MB, or no trace would be kept for long; got 1 MB",
        "--grpc-port=70000 | --grpc-port must be from 0 to 65535; got 70000",
        "--http-port=-1 | --http-port must be from 0 to 65535; got -1",
        "--grpc-port=x | '--grpc-port'",
        "--http-port=11800 | --grpc-port and --http-port are both 11800; they must differ",
        "--token=a b | --token must be of visible ASCII characters without blanks",
        "--prot=5 | Unknown option: '--prot=5'",
        "extra | 'extra'"
      })
  void aWrongOptionIsOneSentenceAndStatusTwo(String option, String message) {
    assertThat(run(Map.of(), option)).isEqualTo(2);
    assertThat(err())
        .startsWith("[skein] ")
        .contains(message)
        .endsWith("--help shows all options" + System.lineSeparator())
        .doesNotContain("Exception")
        .hasLineCount(2);
  }

  @Test
  void theEnvironmentGivesOptionsAndIsNamedWhenItIsWrong() {
    assertThat(run(Map.of("SKEIN_SERVER_DISK", "lots"))).isEqualTo(2);
    assertThat(err()).contains("got \"lots\"", "(from the environment variable SKEIN_SERVER_DISK)");
  }

  @Test
  void theCommandLineWinsOverTheEnvironment() {
    assertThat(run(Map.of("SKEIN_SERVER_DISK", "lots"), "--disk=3XB")).isEqualTo(2);
    assertThat(err()).contains("3XB").doesNotContain("lots").doesNotContain("environment");
  }

  @Test
  void aTakenPortSaysWhichAndWhatToDo() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      assertThat(run(Map.of(), "--data=" + data, "--grpc-port=" + port, "--http-port=0"))
          .isEqualTo(1);
      assertThat(err())
          .contains("port " + port + " of 127.0.0.1 is taken")
          .contains("--grpc-port (SKEIN_SERVER_GRPC_PORT)")
          .doesNotContain("Exception")
          .hasLineCount(1);
      err.reset();
      assertThat(run(Map.of(), "--data=" + data, "--grpc-port=0", "--http-port=" + port))
          .isEqualTo(1);
      assertThat(err()).contains("--http-port (SKEIN_SERVER_HTTP_PORT)").hasLineCount(1);
    }
  }

  @Test
  void anAddressOfAnotherMachineSaysSo() {
    assertThat(run(Map.of(), "--bind=192.0.2.1", "--grpc-port=0", "--http-port=0")).isEqualTo(1);
    assertThat(err())
        .contains("cannot start: --bind: this machine has no address 192.0.2.1")
        .doesNotContain("Exception");
    err.reset();
    assertThat(run(Map.of(), "--bind=no such name", "--grpc-port=0")).isEqualTo(1);
    assertThat(err()).contains("\"no such name\" is no address").doesNotContain("Exception");
  }

  @Test
  void aMisspeltVariableIsSaid() {
    run(Map.of("SKEIN_SERVER_GRPCPORT", "5"), "--bind=192.0.2.1");
    assertThat(err())
        .contains("environment variable SKEIN_SERVER_GRPCPORT is not known and has no effect")
        .contains("SKEIN_SERVER_GRPC_PORT");
  }
}
