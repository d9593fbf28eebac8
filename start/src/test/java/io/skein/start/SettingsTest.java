package io.skein.start;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
  private static final Map<String, String> NONE = Map.of();

  @Test
  void defaultsArePinned() {
    Settings settings = Settings.resolve(NONE, NONE, NONE, NONE);
    assertThat(settings.warnings()).isEmpty();
    assertThat(settings.text(Setting.BACKEND)).isEqualTo("127.0.0.1:11800");
    assertThat(settings.isTrue(Setting.ENABLED)).isTrue();
    assertThat(settings.isTrue(Setting.TLS)).isFalse();
    assertThat(settings.number(Setting.SAMPLE_PER_3_SECONDS)).isEqualTo(-1);
    assertThat(settings.number(Setting.SPAN_LIMIT)).isEqualTo(300);
    assertThat(settings.number(Setting.REF_LIMIT)).isEqualTo(500);
    assertThat(settings.number(Setting.LOG_LIMIT)).isEqualTo(300);
    assertThat(settings.number(Setting.OPERATION_LENGTH)).isEqualTo(150);
    assertThat(settings.number(Setting.QUEUE)).isEqualTo(16384);
    assertThat(settings.duration(Setting.REPORT_PAUSE)).isEqualTo(Duration.ofMillis(500));
    assertThat(settings.duration(Setting.HEARTBEAT)).isEqualTo(Duration.ofSeconds(30));
    assertThat(settings.duration(Setting.SHUTDOWN)).isEqualTo(Duration.ofSeconds(5));
    assertThat(settings.list(Setting.IGNORE_SUFFIX)).hasSize(12).contains(".jpg", ".svg");
  }

  @Test
  void argumentsBeatPropertiesBeatEnvironmentBeatTheFile() {
    Map<String, String> arguments = new HashMap<>(Map.of("service", "from-arguments"));
    Map<String, String> properties = new HashMap<>(Map.of("skein.service", "from-properties"));
    Map<String, String> environment = new HashMap<>(Map.of("SKEIN_SERVICE", "from-environment"));
    Map<String, String> file = new HashMap<>(Map.of("skein.service", "from-file"));
    assertThat(service(arguments, properties, environment, file)).isEqualTo("from-arguments");
    arguments.clear();
    assertThat(service(arguments, properties, environment, file)).isEqualTo("from-properties");
    properties.clear();
    assertThat(service(arguments, properties, environment, file)).isEqualTo("from-environment");
    environment.clear();
    assertThat(service(arguments, properties, environment, file)).isEqualTo("from-file");
  }

  private static String service(
      Map<String, String> arguments,
      Map<String, String> properties,
      Map<String, String> environment,
      Map<String, String> file) {
    return Settings.resolve(arguments, properties, environment, file).text(Setting.SERVICE);
  }

  @Test
  void everySkyWalkingNameIsAnAlias() {
    for (Setting setting : Setting.values()) {
      if (setting.skywalkingKey().isEmpty()) {
        continue;
      }
      String value =
          switch (setting.kind()) {
            case BOOLEAN -> "false";
            case NUMBER -> "77";
            case DURATION -> "77";
            default -> "text";
          };
      String key = setting.skywalkingKey();
      assertThat(Settings.resolve(Map.of(key, value), NONE, NONE, NONE).text(setting))
          .isEqualTo(value);
      assertThat(
              Settings.resolve(NONE, Map.of("skywalking." + key, value), NONE, NONE).text(setting))
          .isEqualTo(value);
      assertThat(
              Settings.resolve(NONE, NONE, Map.of(setting.skywalkingVariable(), value), NONE)
                  .text(setting))
          .isEqualTo(value);
      assertThat(Settings.resolve(NONE, NONE, NONE, Map.of(key, value)).text(setting))
          .isEqualTo(value);
    }
  }

  @Test
  void ownNameBeatsSkyWalkingsInTheSameSource() {
    Map<String, String> both = Map.of("SKEIN_SERVICE", "own", "SW_AGENT_NAME", "other");
    assertThat(Settings.resolve(NONE, NONE, both, NONE).text(Setting.SERVICE)).isEqualTo("own");
  }

  @Test
  void badValuesLeaveTheDefaultAndSaySo() {
    Settings settings =
        Settings.resolve(
            Map.of("limit.spans", "many", "tls", "perhaps", "heartbeat", "soon"), NONE, NONE, NONE);
    assertThat(settings.number(Setting.SPAN_LIMIT)).isEqualTo(300);
    assertThat(settings.isTrue(Setting.TLS)).isFalse();
    assertThat(settings.duration(Setting.REPORT_PAUSE)).isEqualTo(Duration.ofMillis(500));
    assertThat(settings.duration(Setting.HEARTBEAT)).hasSeconds(30);
    assertThat(settings.warnings())
        .contains(
            "skein.limit.spans = \"many\" is not a whole number: using the default, 300",
            "skein.tls = \"perhaps\" is not true or false: using the default, false",
            "skein.heartbeat = \"soon\" is not a time such as 500ms, 30s or 1m: using the default, 30s");
  }

  @Test
  void unknownNamesAreToldWithTheNearest() {
    Settings settings =
        Settings.resolve(
            Map.of("servcie", "x"),
            Map.of("skein.backnd", "x", "java.version", "17"),
            Map.of("SKEIN_SERVISE", "x", "SKEIN_SERVER_PORT", "1", "PATH", "/bin"),
            NONE);
    assertThat(settings.warnings())
        .containsExactlyInAnyOrder(
            "unknown argument servcie; did you mean skein.service?",
            "unknown system property skein.backnd; did you mean skein.backend?",
            "unknown environment variable SKEIN_SERVISE; did you mean SKEIN_SERVICE?");
  }

  @Test
  void durationsCarryUnits() {
    for (String[] pair :
        new String[][] {{"500ms", "PT0.5S"}, {"30", "PT30S"}, {"2 m", "PT2M"}, {"1h", "PT1H"}}) {
      assertThat(
              Settings.resolve(Map.of("heartbeat", pair[0]), NONE, NONE, NONE)
                  .duration(Setting.HEARTBEAT))
          .isEqualTo(Duration.parse(pair[1]));
    }
  }

  @Test
  void pluginKeysAreTheSameUnderAllTheirNames() {
    String key = "plugin.jdbc.trace_sql_parameters";
    assertThat(
            Settings.resolve(
                    NONE, NONE, Map.of("SW_PLUGIN_JDBC_TRACE_SQL_PARAMETERS", "true"), NONE)
                .get(key))
        .isEqualTo("true");
    assertThat(Settings.resolve(NONE, Map.of("skein." + key, "true"), NONE, NONE).get(key))
        .isEqualTo("true");
    assertThat(Settings.resolve(NONE, Map.of("skywalking." + key, "true"), NONE, NONE).get(key))
        .isEqualTo("true");
    assertThat(Settings.resolve(Map.of(key, "true"), NONE, NONE, NONE).get(key)).isEqualTo("true");
    assertThat(Settings.resolve(NONE, NONE, NONE, NONE).get(key)).isNull();
  }

  @Test
  void argumentsMayBeQuoted() {
    assertThat(AgentArguments.parse("service=shop,backend='a:1,b:2',x=\"c=d\",,novalue"))
        .containsExactly(
            Map.entry("service", "shop"), Map.entry("backend", "a:1,b:2"), Map.entry("x", "c=d"));
    assertThat(AgentArguments.parse("")).isEmpty();
    assertThat(AgentArguments.parse("backend='unclosed")).containsEntry("backend", "unclosed");
  }

  @Test
  void placeholdersInAFileAreFilledIn() throws IOException {
    Map<String, String> read =
        SettingsFile.read(
            """
            agent.service_name=${SW_AGENT_NAME:${OTHER:nested}}
            collector.backend_service=${SW_BACKEND:127.0.0.1:11800}
            loop=${loop}
            open=${never
            """,
            Map.of(),
            Map.of("SW_BACKEND", "oap:11800"));
    assertThat(read)
        .containsEntry("agent.service_name", "nested")
        .containsEntry("collector.backend_service", "oap:11800")
        .containsEntry("open", "${never")
        .containsKey("loop");
  }

  @Test
  void aServiceWithoutANameIsFound(@TempDir Path directory) throws IOException {
    assertThat(ServiceName.find("com.example.Main --x", NONE, NONE)).isEqualTo("Main");
    assertThat(ServiceName.find("module/com.example.Main", NONE, NONE)).isEqualTo("Main");
    assertThat(ServiceName.find("lib/orders-1.2.3-SNAPSHOT.jar", NONE, NONE)).isEqualTo("orders");
    assertThat(ServiceName.find("orders.jar --spring.application.name=shop x", NONE, NONE))
        .isEqualTo("shop");
    assertThat(ServiceName.find("a.jar", NONE, Map.of("SPRING_APPLICATION_NAME", "env")))
        .isEqualTo("env");
    assertThat(ServiceName.find("", NONE, NONE)).isEqualTo("java");
    Path jar = directory.resolve("app-1.0.jar");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
      zip.putNextEntry(new ZipEntry("BOOT-INF/classes/application.yml"));
      zip.write(
          """
          # c
          server:
            port: 1
          spring:
            main:
              x: y
            application:
              name: 'from-yaml' # n
          """
              .getBytes(StandardCharsets.UTF_8));
    }
    assertThat(ServiceName.find(jar.toString(), NONE, NONE)).isEqualTo("from-yaml");
    assertThat(ServiceName.inYaml("spring.application.name: flat")).isEqualTo("flat");
    assertThat(ServiceName.inYaml("spring:\n  application:\n    name: ${X}")).isNull();
    assertThat(ServiceName.inYaml("application:\n  name: other")).isNull();
  }

  /**
   * The page in the tree is what the source says; run with -Dskein.docs.write=true to write it
   * anew.
   */
  @Test
  void thePageOfSettingsIsUpToDate() throws IOException {
    StringBuilder page = new StringBuilder();
    page.append("# Settings of the agent and the SDK\n\n");
    page.append(
        "This page is generated from the source. A setting is given, strongest first, as an agent argument"
            + " (`-javaagent:skein-agent.jar=service=shop`, where `skein.` may be left out) or in the SDK's builder, a system property, an"
            + " environment variable or in a properties file. The names of SkyWalking's Java agent work everywhere as well:"
            + " its key as an agent argument or in a file, with `skywalking.` in front as a system property, and its"
            + " environment variable.\n");
    for (Setting setting : Setting.values()) {
      page.append("\n## `").append(setting.key()).append("`\n\n");
      page.append(setting.description()).append("\n\n");
      page.append("- Default: ")
          .append(setting.defaultValue().isEmpty() ? "none" : "`" + setting.defaultValue() + "`")
          .append('\n');
      page.append("- Environment: `").append(setting.variable()).append("`\n");
      if (!setting.skywalkingKey().isEmpty()) {
        page.append("- SkyWalking's names: `")
            .append(setting.skywalkingKey())
            .append("`, `")
            .append(setting.skywalkingVariable())
            .append("`\n");
      }
    }
    Path file = Path.of("..", "docs", "settings.md");
    if (Boolean.getBoolean("skein.docs.write")) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, page);
    }
    assertThat(Files.readString(file)).isEqualTo(page.toString());
    assertThat(Arrays.stream(Setting.values()).map(Setting::description))
        .noneMatch(String::isBlank);
  }
}
