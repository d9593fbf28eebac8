package io.skein.start;

import java.util.List;
import java.util.Locale;

/**
 * Everything that can be set, with its other names, its default and the reason for it. {@code
 * docs/settings.md} is generated from here.
 *
 * <p>The SkyWalking names are those of its Java agent: the key of {@code agent.config}, which is
 * also the system property behind {@code skywalking.}, and the environment variable.
 */
public enum Setting {
  ENABLED(
      "skein.enabled",
      "true",
      Kind.BOOLEAN,
      "agent.enable",
      "SW_AGENT_ENABLE",
      "`false` leaves the application entirely alone."),
  SERVICE(
      "skein.service",
      "",
      Kind.TEXT,
      "agent.service_name",
      "SW_AGENT_NAME",
      "Name of the service. When none is given it is found: Spring's application name, then the name of the jar, then the"
          + " main class."),
  INSTANCE(
      "skein.instance",
      "",
      Kind.TEXT,
      "agent.instance_name",
      "SW_AGENT_INSTANCE_NAME",
      "Name of this instance of the service. By default a new unique name for each start: `<32 hex digits>@<address>`."),
  NAMESPACE(
      "skein.namespace",
      "",
      Kind.TEXT,
      "agent.namespace",
      "SW_AGENT_NAMESPACE",
      "Appended to the service's name as SkyWalking's Java agent does: `name|namespace|cluster`."),
  CLUSTER(
      "skein.cluster",
      "",
      Kind.TEXT,
      "agent.cluster",
      "SW_AGENT_CLUSTER",
      "Appended to the service's name after the namespace."),
  BACKEND(
      "skein.backend",
      "127.0.0.1:11800",
      Kind.TEXT,
      "collector.backend_service",
      "SW_AGENT_COLLECTOR_BACKEND_SERVICES",
      "Where traces go, `host:port`, several joined by commas: a Skein server or a SkyWalking OAP, by gRPC. IPv6 addresses"
          + " stand in brackets."),
  TOKEN(
      "skein.token",
      "",
      Kind.SECRET,
      "agent.authentication",
      "SW_AGENT_AUTHENTICATION",
      "Sent with each call, where the backend asks for one."),
  TLS(
      "skein.tls",
      "false",
      Kind.BOOLEAN,
      "agent.force_tls",
      "SW_AGENT_FORCE_TLS",
      "Encryption to the backend: TLS 1.3 or 1.2, and the backend's certificate must be for the host in `skein.backend`."
          + " Naming one of the files below switches it on as well. What cannot be encrypted is not sent; the log says why,"
          + " and the agent tries again."),
  TLS_AUTHORITIES(
      "skein.tls.ca",
      "",
      Kind.TEXT,
      "agent.ssl_trusted_ca_path",
      "SW_AGENT_SSL_TRUSTED_CA_PATH",
      "PEM file with the certificates that the backend's must lead to. By default those that the JDK trusts. This file and"
          + " the two below are read at each connection, so renewed ones need no restart; a relative path is looked for"
          + " in the working directory, then beside the agent's jar."),
  TLS_CERTIFICATE(
      "skein.tls.certificate",
      "",
      Kind.TEXT,
      "agent.ssl_cert_chain_path",
      "SW_AGENT_SSL_CERT_CHAIN_PATH",
      "PEM file with a certificate of the agent's own, for backends that ask for one, followed by those that lead to its"
          + " authority."),
  TLS_KEY(
      "skein.tls.key",
      "",
      Kind.TEXT,
      "agent.ssl_key_path",
      "SW_AGENT_SSL_KEY_PATH",
      "PEM file with the key of that certificate: PKCS#8, without a password."),
  PROPERTIES(
      "skein.instance.properties",
      "",
      Kind.TEXT,
      "agent.instance_properties_json",
      "SW_INSTANCE_PROPERTIES_JSON",
      "More facts to show with the instance, as a flat JSON object of texts."),
  SAMPLE_PER_3_SECONDS(
      "skein.sample.per-3s",
      "-1",
      Kind.NUMBER,
      "agent.sample_n_per_3_secs",
      "SW_AGENT_SAMPLE",
      "At most this many new traces in 3 seconds; 0 or less records all. Traces that began elsewhere are always continued."),
  IGNORE_SUFFIX(
      "skein.ignore.suffix",
      ".jpg,.jpeg,.js,.css,.png,.bmp,.gif,.ico,.mp3,.mp4,.html,.svg",
      Kind.TEXT,
      "agent.ignore_suffix",
      "SW_AGENT_IGNORE_SUFFIX",
      "Requests whose operation ends like this start no trace."),
  IGNORE_PATH(
      "skein.ignore.path",
      "",
      Kind.TEXT,
      "trace.ignore_path",
      "SW_AGENT_TRACE_IGNORE_PATH",
      "Requests whose path matches start no trace: patterns joined by commas, `?` for one character, `*` within a part,"
          + " `**` for any number of parts. They match the path with or without its method."),
  SPAN_LIMIT(
      "skein.limit.spans",
      "300",
      Kind.NUMBER,
      "agent.span_limit_per_segment",
      "SW_AGENT_SPAN_LIMIT",
      "Spans of one segment; the rest are not recorded and the segment is marked."),
  REF_LIMIT(
      "skein.limit.refs",
      "500",
      Kind.NUMBER,
      "agent.trace_segment_ref_limit_per_span",
      "SW_TRACE_SEGMENT_LIMIT",
      "References of one span."),
  LOG_LIMIT(
      "skein.limit.logs",
      "300",
      Kind.NUMBER,
      "agent.log_limit_per_span",
      "SW_LOG_LIMIT_PER_SPAN",
      "Logs of one span."),
  OPERATION_LENGTH(
      "skein.limit.operation",
      "150",
      Kind.NUMBER,
      "agent.operation_name_threshold",
      "SW_AGENT_OPERATION_NAME_THRESHOLD",
      "Characters of an operation's name; longer ones are cut."),
  CORRELATION_COUNT(
      "skein.correlation.count",
      "3",
      Kind.NUMBER,
      "correlation.element_max_number",
      "SW_CORRELATION_ELEMENT_MAX_NUMBER",
      "Pairs of user data that travel with a trace, at most 16. They are in a header of every call."),
  CORRELATION_LENGTH(
      "skein.correlation.length",
      "128",
      Kind.NUMBER,
      "correlation.value_max_length",
      "SW_CORRELATION_VALUE_MAX_LENGTH",
      "Characters of one value that travels with a trace, at most 512."),
  QUEUE(
      "skein.queue",
      "16384",
      Kind.NUMBER,
      "",
      "",
      "Segments held in memory until they are sent or go to disk. When it is full the newest are dropped and counted. At a"
          + " typical 600 bytes each this bounds it to about 10 MB."),
  SPOOL_SIZE(
      "skein.spool.size",
      "256MB",
      Kind.SIZE,
      "",
      "",
      "Disk for what cannot be delivered soon: while the backend is away or slow, and what is left when the application"
          + " ends, which the next process of the same service delivers. For all processes of a service on one machine"
          + " together; never more than this, the oldest go first and are counted. `0` keeps everything in memory, and so"
          + " does a disk that cannot be written to. With a quick backend nothing is written."),
  SPOOL_DIRECTORY(
      "skein.spool.dir",
      "",
      Kind.TEXT,
      "",
      "",
      "Where that is. By default `$XDG_STATE_HOME/skein/spool`, else `.local/state/skein/spool` in the home directory, else"
          + " `skein-spool-<user>` in the directory for temporary files. Only the user of the application can read it."),
  UNCONFIRMED(
      "skein.unconfirmed",
      "auto",
      Kind.TEXT,
      "",
      "",
      "What becomes of segments that were sent when the connection broke or no answer came. `auto` sends them again where"
          + " the backend says that it recognises repeats, as a Skein server does, and elsewhere drops and counts them:"
          + " a SkyWalking OAP that gets a segment twice counts it twice, and with some databases loses its whole batch."
          + " `resend` and `drop` do so always."),
  REPORT_PAUSE(
      "skein.report.pause",
      "500ms",
      Kind.DURATION,
      "",
      "",
      "How long a finished segment may wait for others before they are sent together. Shorter shows traces sooner and"
          + " sends more often."),
  HEARTBEAT(
      "skein.heartbeat",
      "30s",
      Kind.DURATION,
      "collector.heartbeat_period",
      "SW_AGENT_COLLECTOR_HEARTBEAT_PERIOD",
      "How often the agent says that it is alive."),
  SHUTDOWN(
      "skein.shutdown",
      "5s",
      Kind.DURATION,
      "",
      "",
      "How long the end of the application may be delayed to send what is still held. Nothing held, nothing delayed."),
  PROFILE_ACTIVE(
      "skein.profile.active",
      "true",
      Kind.BOOLEAN,
      "profile.active",
      "SW_AGENT_PROFILE_ACTIVE",
      "Whether this process takes profile tasks from the backend: for some minutes the stacks of requests to one endpoint"
          + " are sampled, so that one sees where their time goes, down to the line. `false` asks for none."),
  PROFILE_INTERVAL(
      "skein.profile.interval",
      "20s",
      Kind.DURATION,
      "collector.get_profile_task_interval",
      "SW_AGENT_COLLECTOR_GET_PROFILE_TASK_INTERVAL",
      "How often the backend is asked for profile tasks; besides at the start, and whenever the connection is a new one."),
  PROFILE_MINUTES(
      "skein.profile.minutes",
      "15",
      Kind.NUMBER,
      "profile.duration",
      "SW_AGENT_PROFILE_DURATION",
      "How many minutes a profile task may run here; longer ones end then. 15 is the most that can be ordered. (SkyWalking's"
          + " agent has this setting, with 10, and does not regard it.)"),
  PROFILE_PARALLEL(
      "skein.profile.parallel",
      "5",
      Kind.NUMBER,
      "profile.max_parallel",
      "SW_AGENT_PROFILE_MAX_PARALLEL",
      "How many requests are sampled at the same time; more are not, until one of them has ended."),
  PROFILE_PARTS(
      "skein.profile.parts",
      "5",
      Kind.NUMBER,
      "profile.max_accept_sub_parallel",
      "SW_AGENT_PROFILE_MAX_ACCEPT_SUB_PARALLEL",
      "How many other threads that work for a sampled request at the same time are sampled with it."),
  PROFILE_DEPTH(
      "skein.profile.depth",
      "500",
      Kind.NUMBER,
      "profile.dump_max_stack_depth",
      "SW_AGENT_PROFILE_DUMP_MAX_STACK_DEPTH",
      "Frames of a stack that are kept: of a deeper one the innermost and a few of the outermost, and how many are missing."),
  PROFILE_QUEUE(
      "skein.profile.queue",
      "4500",
      Kind.NUMBER,
      "profile.snapshot_transport_buffer_size",
      "SW_AGENT_PROFILE_SNAPSHOT_TRANSPORT_BUFFER_SIZE",
      "Snapshots of stacks held in memory until they are sent. When it is full the newest are dropped and counted."),
  PROFILE_SLOW(
      "skein.profile.slow",
      "0",
      Kind.NUMBER,
      "",
      "",
      "Sampling without a task: requests that take longer than is usual for their endpoint, so that a slow trace has its"
          + " flame graph already. The number is what it may cost, in percent of one core, `1` say; `0` is off. What comes"
          + " of it is sent to a Skein server only."),
  PLUGINS_EXCLUDE(
      "skein.plugins.exclude",
      "",
      Kind.TEXT,
      "plugin.exclude_plugins",
      "SW_EXCLUDE_PLUGINS",
      "Names of plugins to leave out, joined by commas."),
  PLUGINS_EXTRA(
      "skein.plugins.extra",
      "",
      Kind.TEXT,
      "",
      "",
      "Jars or directories with plugins of your own, joined by the path separator."),
  LOG_LEVEL(
      "skein.log.level",
      "INFO",
      Kind.TEXT,
      "logging.level",
      "SW_LOGGING_LEVEL",
      "DEBUG, INFO, WARN, ERROR or OFF, for the agent's own log."),
  LOG_FILE(
      "skein.log.file",
      "",
      Kind.TEXT,
      "",
      "",
      "File of the agent's own log, appended to. By default it is the standard error stream."),
  CONFIG(
      "skein.config",
      "",
      Kind.TEXT,
      "",
      "",
      "A properties file with any of these settings; one of SkyWalking's `agent.config` files works as well. By default"
          + " `skein.properties` beside the agent's jar, if there is one.");

  /** How a value is read. */
  public enum Kind {
    TEXT,
    /** Never shown, not even in the log. */
    SECRET,
    BOOLEAN,
    NUMBER,
    /** A number with KB, MB or GB; a bare number is bytes. */
    SIZE,
    /** A number with ms, s, m or h; a bare number is seconds, as SkyWalking has it. */
    DURATION
  }

  private final String key;
  private final String otherwise;
  private final Kind kind;
  private final String skywalkingKey;
  private final String skywalkingVariable;
  private final String description;

  Setting(
      String key,
      String otherwise,
      Kind kind,
      String skywalkingKey,
      String skywalkingVariable,
      String description) {
    this.key = key;
    this.otherwise = otherwise;
    this.kind = kind;
    this.skywalkingKey = skywalkingKey;
    this.skywalkingVariable = skywalkingVariable;
    this.description = description;
  }

  /** Its name, which is also the system property. */
  public String key() {
    return key;
  }

  /** The environment variable. */
  public String variable() {
    return variable(key);
  }

  static String variable(String key) {
    return key.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
  }

  public String defaultValue() {
    return otherwise;
  }

  public Kind kind() {
    return kind;
  }

  /** The key of SkyWalking's {@code agent.config}; empty where it has none. */
  public String skywalkingKey() {
    return skywalkingKey;
  }

  /** SkyWalking's environment variable; empty where it has none. */
  public String skywalkingVariable() {
    return skywalkingVariable;
  }

  public String description() {
    return description;
  }

  /** The names under which agent arguments and files may give it, best first. */
  List<String> names() {
    return skywalkingKey.isEmpty()
        ? List.of(key, key.substring("skein.".length()))
        : List.of(
            key, key.substring("skein.".length()), skywalkingKey, "skywalking." + skywalkingKey);
  }
}
