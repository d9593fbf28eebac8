package io.skein.start;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the backend shows about this process, under the names SkyWalking's Java agent uses. Nothing
 * here asks the network or loads the management classes, which would cost more time than all the
 * rest of the start.
 */
public final class InstanceFacts {
  private static final int MOST_ADDRESSES = 10;

  private InstanceFacts() {}

  /**
   * Collects them.
   *
   * @param jvmArguments as they may be shown; empty when they are not known
   */
  public static List<Map.Entry<String, String>> collect(
      Settings settings, String version, List<String> jvmArguments) {
    List<Map.Entry<String, String>> facts = new ArrayList<>();
    facts.add(Map.entry("language", "java"));
    facts.add(Map.entry("OS Name", System.getProperty("os.name", "")));
    facts.add(Map.entry("hostname", hostName()));
    for (String address : addresses()) {
      facts.add(Map.entry("ipv4", address));
    }
    ProcessHandle process = ProcessHandle.current();
    facts.add(Map.entry("Process No.", Long.toString(process.pid())));
    facts.addAll(FlatJson.pairs(settings.text(Setting.PROPERTIES)));
    facts.add(Map.entry("namespace", settings.text(Setting.NAMESPACE)));
    facts.add(Map.entry("cluster", settings.text(Setting.CLUSTER)));
    facts.add(Map.entry("version", version));
    facts.add(Map.entry("agent", "skein"));
    facts.add(
        Map.entry(
            "JVM",
            System.getProperty("java.vm.name", "")
                + " "
                + System.getProperty("java.runtime.version", "")));
    process
        .info()
        .startInstant()
        .ifPresent(time -> facts.add(Map.entry("Start Time", time.toString())));
    if (!jvmArguments.isEmpty()) {
      facts.add(Map.entry("JVM Arguments", FlatJson.array(jvmArguments)));
    }
    return facts;
  }

  /** The first address that others could reach, else the loopback one. */
  static String address() {
    List<String> addresses = addresses();
    return addresses.isEmpty() ? "127.0.0.1" : addresses.get(0);
  }

  private static List<String> addresses() {
    List<String> found = new ArrayList<>();
    try {
      for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
        for (InetAddress address : Collections.list(each.getInetAddresses())) {
          if (address instanceof Inet4Address
              && !address.isLoopbackAddress()
              && found.size() < MOST_ADDRESSES) {
            found.add(address.getHostAddress());
          }
        }
      }
    } catch (SocketException | RuntimeException unknown) {
      return found;
    }
    return found;
  }

  private static String hostName() {
    for (String variable : new String[] {"HOSTNAME", "COMPUTERNAME"}) {
      String name = System.getenv(variable);
      if (name != null && !name.isBlank()) {
        return name;
      }
    }
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).trim();
    } catch (IOException | RuntimeException notLinux) {
      return "unknown";
    }
  }

  /** An argument of the JVM's as it may be shown: without what looks like a secret. */
  public static String withoutSecret(String argument) {
    int equals = argument.indexOf('=');
    String name = (equals < 0 ? argument : argument.substring(0, equals)).toLowerCase(Locale.ROOT);
    boolean secret =
        equals > 0
            && (name.contains("password")
                || name.contains("passwd")
                || name.contains("secret")
                || name.contains("token")
                || name.contains("credential")
                || name.contains("apikey")
                || name.contains("api-key")
                || name.contains("api.key")
                || name.startsWith("-javaagent"));
    return secret ? argument.substring(0, equals) + "=..." : argument;
  }
}
