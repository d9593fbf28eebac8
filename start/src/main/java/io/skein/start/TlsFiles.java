package io.skein.start;

import io.skein.wire.grpc.TlsSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads from the settings whether and how the way to the backend is encrypted. */
final class TlsFiles {
  /**
   * What every {@code agent.config} of SkyWalking's names, whether there is such a file or not: for
   * its agent the file's presence switches TLS on.
   */
  private static final String SKYWALKINGS_DEFAULT = "/ca/ca.crt";

  private TlsFiles() {}

  /**
   * Returns null when nothing asks for TLS. A file that is named and absent still asks for it: it
   * may be mounted late, and until then nothing must travel in the clear.
   *
   * @param jar the agent's own, beside which relative paths are looked for, too; null for none
   */
  static @Nullable TlsSettings of(Settings settings, @Nullable Path jar) {
    Path authorities = file(settings.text(Setting.TLS_AUTHORITIES), jar);
    if (authorities != null
        && settings.text(Setting.TLS_AUTHORITIES).equals(SKYWALKINGS_DEFAULT)
        && !Files.exists(authorities)) {
      authorities = null;
    }
    Path certificate = file(settings.text(Setting.TLS_CERTIFICATE), jar);
    Path key = file(settings.text(Setting.TLS_KEY), jar);
    if (!settings.isTrue(Setting.TLS)
        && authorities == null
        && certificate == null
        && key == null) {
      return null;
    }
    return new TlsSettings(authorities, certificate, key);
  }

  /** SkyWalking's paths are below the agent's directory although they begin with a slash. */
  private static @Nullable Path file(String named, @Nullable Path jar) {
    if (named.isEmpty()) {
      return null;
    }
    Path given = Path.of(named);
    if (jar != null && !Files.exists(given)) {
      int start = 0;
      while (start < named.length() && named.charAt(start) == '/') {
        start++;
      }
      Path beside = jar.resolveSibling(named.substring(start));
      if (Files.exists(beside)) {
        return beside;
      }
    }
    return given;
  }
}
