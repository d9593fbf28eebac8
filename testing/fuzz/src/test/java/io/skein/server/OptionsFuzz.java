package io.skein.server;

import io.skein.testing.fuzz.Check;
import io.skein.testing.fuzz.Input;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;

/** A line for a size; each further line is an argument of the server's command line. */
public final class OptionsFuzz {
  private OptionsFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    Input input = new Input(data);
    size(input.line());
    List<String> arguments = new ArrayList<>();
    while (input.hasMore() && arguments.size() < 12) {
      // "@file" is picocli's: a file of arguments, which are the user's own.
      String argument = input.line();
      arguments.add(argument.startsWith("@") ? argument.substring(1) : argument);
    }
    Options options = new Options();
    CommandLine line = new CommandLine(options);
    line.setDefaultValueProvider(new Environment(Map.of("SKEIN_SERVER_GRPC_PORT", "0")));
    try {
      line.parseArgs(arguments.toArray(String[]::new));
    } catch (CommandLine.ParameterException wrong) {
      Check.that(wrong.getMessage() != null, "says nothing");
      return;
    }
    if (options.contradiction() == null) {
      Check.that(options.grpcPort >= 0 && options.grpcPort < 65536, "port " + options.grpcPort);
      Check.that(options.httpPort >= 0 && options.httpPort < 65536, "port " + options.httpPort);
      Check.that(options.disk.bytes() >= Options.MIN_DISK_BYTES, "disk " + options.disk);
      if (options.token != null) {
        Check.headerSafe(options.token, "token");
      }
    }
  }

  private static void size(String text) {
    ByteSize size;
    try {
      size = ByteSize.parse(text);
    } catch (IllegalArgumentException wrong) {
      return;
    }
    String plain = text.trim().toUpperCase(Locale.ROOT);
    String number = plain.replaceFirst("(?s)[^0-9.].*$", "");
    String unit = plain.substring(number.length()).trim();
    int power = unit.isEmpty() ? 0 : "BKMGT".indexOf(unit.charAt(0));
    BigDecimal exact = new BigDecimal(number).multiply(BigDecimal.valueOf(1L << (10 * power)));
    // A double has 53 bits, which is more than a disk.
    BigDecimal error = exact.subtract(BigDecimal.valueOf(size.bytes())).abs();
    BigDecimal allowed = exact.divide(BigDecimal.valueOf(1L << 52), 0, RoundingMode.CEILING);
    Check.that(error.compareTo(allowed.max(BigDecimal.ONE)) <= 0, text + " is " + size.bytes());
    Check.that(size.bytes() >= 0 && size.bytes() <= 1L << 60, text + " is " + size.bytes());
    Check.that(!size.toString().isEmpty(), "shown as nothing");
  }
}
