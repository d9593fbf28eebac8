package io.skein.server.query;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The files of the user interface, from the class path. They are few and small, so each is kept in
 * memory once asked for, packed and unpacked; only files that exist are kept, so nobody can fill
 * the memory with names.
 */
final class UiFiles {
  private static final String ROOT = "io/skein/ui/";
  private static final String INDEX = "index.html";

  /** A file as it is sent. */
  // Identity of the arrays is enough: files are never compared.
  @SuppressWarnings("ArrayRecordComponent")
  record UiFile(
      String contentType,
      String cacheControl,
      String etag,
      byte[] body,
      byte @Nullable [] packed) {}

  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("html", "text/html; charset=utf-8"),
          Map.entry("js", "text/javascript; charset=utf-8"),
          Map.entry("mjs", "text/javascript; charset=utf-8"),
          Map.entry("css", "text/css; charset=utf-8"),
          Map.entry("json", "application/json"),
          Map.entry("map", "application/json"),
          Map.entry("svg", "image/svg+xml"),
          Map.entry("png", "image/png"),
          Map.entry("jpg", "image/jpeg"),
          Map.entry("ico", "image/x-icon"),
          Map.entry("woff2", "font/woff2"),
          Map.entry("txt", "text/plain; charset=utf-8"),
          Map.entry("webmanifest", "application/manifest+json"));

  private final ClassLoader loader;
  private final Map<String, UiFile> files = new ConcurrentHashMap<>();

  UiFiles(ClassLoader loader) {
    this.loader = loader;
  }

  boolean arePresent() {
    return loader.getResource(ROOT + INDEX) != null;
  }

  /**
   * The file for a path of the address bar: itself, or for a path of a page inside the application
   * its one document. Null when there is no such file.
   */
  @Nullable UiFile find(String path) throws IOException {
    String name = path.equals("/") ? INDEX : path.substring(1);
    if (!isPlain(name)) {
      return null;
    }
    UiFile file = file(name);
    boolean isPage = name.indexOf('.', name.lastIndexOf('/') + 1) < 0;
    return file == null && isPage ? file(INDEX) : file;
  }

  private @Nullable UiFile file(String name) throws IOException {
    UiFile known = files.get(name);
    if (known != null) {
      return known;
    }
    String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    if (type == null) {
      return null;
    }
    byte[] body;
    try (InputStream in = loader.getResourceAsStream(ROOT + name)) {
      if (in == null) {
        return null;
      }
      body = in.readAllBytes();
    }
    boolean packs =
        !type.startsWith("image/p") && !type.startsWith("image/j") && body.length > 1400;
    // The build puts a hash of the content into the names under assets: such a name never changes
    // its meaning.
    String caching =
        name.startsWith("assets/") ? "public, max-age=31536000, immutable" : "no-cache";
    UiFile file = new UiFile(type, caching, etag(body), body, packs ? Answer.gzip(body) : null);
    files.put(name, file);
    return file;
  }

  /** Letters, digits and a few marks, no empty or hidden step: no way out of the directory. */
  private static boolean isPlain(String name) {
    boolean atStart = true;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean letter =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
      if (!letter && (atStart || (c != '-' && c != '.' && c != '/'))) {
        // Pages of the application may have other characters; they are no files.
        return false;
      }
      atStart = c == '/';
    }
    return !name.isEmpty();
  }

  private static String etag(byte[] body) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(body);
      return '"' + HexFormat.of().formatHex(hash, 0, 12) + '"';
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
