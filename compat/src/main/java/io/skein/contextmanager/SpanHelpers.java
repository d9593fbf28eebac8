package io.skein.contextmanager;

import io.skein.api.Component;
import io.skein.api.Layer;
import io.skein.api.Span;
import io.skein.api.Tags;
import org.jspecify.annotations.Nullable;

/**
 * What the older clients have a function for each of. Everything is also a method of {@link Span}.
 * Null says nothing.
 */
public final class SpanHelpers {
  private SpanHelpers() {}

  public static void setTagUrl(@Nullable Span span, @Nullable String url) {
    if (span != null) {
      span.tag(Tags.URL, url);
    }
  }

  public static void setTagMethod(@Nullable Span span, @Nullable String method) {
    if (span != null) {
      span.tag(Tags.HTTP_METHOD, method);
    }
  }

  public static void setTagStatusCode(@Nullable Span span, int status) {
    if (span != null) {
      span.tag(Tags.HTTP_STATUS_CODE, Integer.toString(status));
    }
  }

  public static void setTagDbType(@Nullable Span span, @Nullable String type) {
    if (span != null) {
      span.tag(Tags.DB_TYPE, type);
    }
  }

  public static void setTagDbInstance(@Nullable Span span, @Nullable String instance) {
    if (span != null) {
      span.tag(Tags.DB_INSTANCE, instance);
    }
  }

  public static void setTagDbStatement(@Nullable Span span, @Nullable String statement) {
    if (span != null) {
      span.tag(Tags.DB_STATEMENT, statement);
    }
  }

  public static void setTagDbBindVariables(@Nullable Span span, @Nullable String variables) {
    if (span != null) {
      span.tag(Tags.DB_BIND_VARIABLES, variables);
    }
  }

  public static void setTagMqQueue(@Nullable Span span, @Nullable String queue) {
    if (span != null) {
      span.tag(Tags.MQ_QUEUE, queue);
    }
  }

  public static void setTagMqBroker(@Nullable Span span, @Nullable String broker) {
    if (span != null) {
      span.tag(Tags.MQ_BROKER, broker);
    }
  }

  public static void setTagMqTopic(@Nullable Span span, @Nullable String topic) {
    if (span != null) {
      span.tag(Tags.MQ_TOPIC, topic);
    }
  }

  public static void setLayerHttp(@Nullable Span span) {
    setLayer(span, Layer.HTTP);
  }

  public static void setLayerDb(@Nullable Span span) {
    setLayer(span, Layer.DATABASE);
  }

  public static void setLayerRpc(@Nullable Span span) {
    setLayer(span, Layer.RPC);
  }

  public static void setLayerMq(@Nullable Span span) {
    setLayer(span, Layer.MQ);
  }

  public static void setLayerCache(@Nullable Span span) {
    setLayer(span, Layer.CACHE);
  }

  private static void setLayer(@Nullable Span span, Layer layer) {
    if (span != null) {
      span.layer(layer);
    }
  }

  public static void setComponent(@Nullable Span span, @Nullable Component component) {
    if (span != null) {
      span.component(component);
    }
  }
}
