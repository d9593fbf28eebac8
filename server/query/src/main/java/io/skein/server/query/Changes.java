package io.skein.server.query;

import java.io.IOException;
import java.io.InputStream;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * What a request has to be to change something: one that a page of ours has sent, or a program.
 *
 * <p>A page of another site can make a browser send requests here. It cannot make it say another
 * Origin than its own, so that has to be ours where it is said, and browsers say it with every
 * POST. Nor can it send JSON under its name without asking first, by OPTIONS, for a leave that we
 * never give: so the content type has to be JSON's, which no form has. What points its own name at
 * us is stopped before, by {@link Hosts}.
 */
final class Changes {
  private static final int MAX_BODY_BYTES = 64 << 10;

  private Changes() {}

  /** Reads the body of a request that may change something. */
  static byte[] body(Request request) throws RequestException, IOException {
    checkOrigin(request);
    checkType(request.getHeaders().get(HttpHeader.CONTENT_TYPE));
    if (request.getHeaders().contains(HttpHeader.CONTENT_ENCODING)) {
      throw RequestException.of(
          415, "content-encoding", "the body has to come as it is, without content-encoding");
    }
    if (request.getHttpURI().getQuery() != null) {
      throw RequestException.of(
          400,
          "bad-parameter",
          "what is to be changed stands in the body; there are no parameters");
    }
    if (request.getLength() > MAX_BODY_BYTES) {
      throw tooLarge();
    }
    try (InputStream in = Content.Source.asInputStream(request)) {
      byte[] body = in.readNBytes(MAX_BODY_BYTES + 1);
      if (body.length > MAX_BODY_BYTES) {
        throw tooLarge();
      }
      return body;
    }
  }

  private static void checkOrigin(Request request) throws RequestException {
    String authority = request.getHeaders().get(HttpHeader.HOST);
    for (HttpField field : request.getHeaders().getFields(HttpHeader.ORIGIN)) {
      String origin = String.valueOf(field.getValue());
      // Behind a proxy that encrypts, the browser says https and we are asked by http.
      boolean ours =
          origin.equalsIgnoreCase("http://" + authority)
              || origin.equalsIgnoreCase("https://" + authority);
      if (!ours) {
        throw foreign("it comes from " + RequestException.shortened(origin));
      }
    }
    String site = request.getHeaders().get("Sec-Fetch-Site");
    if (site != null && !site.equals("same-origin") && !site.equals("none")) {
      throw foreign("the browser calls it " + RequestException.shortened(site));
    }
  }

  private static RequestException foreign(String why) {
    return RequestException.of(
        403, "foreign-origin", "only pages of this server may change something here: " + why);
  }

  private static void checkType(@Nullable String type) throws RequestException {
    String bare = type == null ? "" : type;
    int semicolon = bare.indexOf(';');
    bare = (semicolon < 0 ? bare : bare.substring(0, semicolon)).strip();
    if (!bare.equalsIgnoreCase("application/json")) {
      throw RequestException.of(
          415,
          "content-type",
          "the content-type has to be application/json; got \""
              + RequestException.shortened(type == null ? "" : type)
              + "\"");
    }
  }

  private static RequestException tooLarge() {
    return RequestException.of(
        413, "body-too-large", "the body may have " + MAX_BODY_BYTES + " bytes at most");
  }
}
