package io.skein.api;

/** The tags that SkyWalking's backend and ours know the meaning of. */
public final class Tags {
  /** The full URL without its query, which may hold secrets. */
  public static final TagKey<String> URL = TagKey.of("url");

  public static final TagKey<String> HTTP_METHOD = TagKey.of("http.method");

  /** Overwriting: the last framework that touches the response knows best. */
  public static final TagKey<String> HTTP_STATUS_CODE = TagKey.overwriting("http.status_code");

  public static final TagKey<String> HTTP_PARAMS = TagKey.overwriting("http.params");
  public static final TagKey<String> HTTP_BODY = TagKey.of("http.body");
  public static final TagKey<String> HTTP_HEADERS = TagKey.of("http.headers");
  public static final TagKey<String> DB_TYPE = TagKey.of("db.type");
  public static final TagKey<String> DB_INSTANCE = TagKey.of("db.instance");
  public static final TagKey<String> DB_STATEMENT = TagKey.of("db.statement");
  public static final TagKey<String> DB_SQL_PARAMETERS = TagKey.of("db.sql.parameters");
  public static final TagKey<String> DB_BIND_VARIABLES = TagKey.of("db.bind_vars");
  public static final TagKey<String> CACHE_TYPE = TagKey.of("cache.type");
  public static final TagKey<String> CACHE_OP = TagKey.of("cache.op");
  public static final TagKey<String> CACHE_CMD = TagKey.of("cache.cmd");
  public static final TagKey<String> CACHE_KEY = TagKey.of("cache.key");
  public static final TagKey<String> CACHE_INSTANCE = TagKey.of("cache.instance");
  public static final TagKey<String> MQ_QUEUE = TagKey.of("mq.queue");
  public static final TagKey<String> MQ_BROKER = TagKey.of("mq.broker");
  public static final TagKey<String> MQ_TOPIC = TagKey.of("mq.topic");
  public static final TagKey<String> RPC_STATUS_CODE = TagKey.overwriting("rpc.status_code");

  /** Appending: a consumer of a batch has one latency for each message. */
  public static final TagKey<Long> TRANSMISSION_LATENCY = TagKey.appending("transmission.latency");

  /** Marks a local span as an endpoint of its own ("logic endpoint"); the value is JSON. */
  public static final TagKey<String> LOGIC_ENDPOINT = TagKey.of("x-le");

  public static final TagKey<Long> THREAD_ID = TagKey.of("thread.id");
  public static final TagKey<String> THREAD_CARRIER = TagKey.of("thread.carrier");

  private Tags() {}
}
