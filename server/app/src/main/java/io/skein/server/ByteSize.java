package io.skein.server;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A number of bytes with a unit: {@code 500MB}, {@code 2GB}, {@code 1.5GB}. 1 KB is 1024 bytes. */
record ByteSize(long bytes) {
  private static final Pattern FORM =
      Pattern.compile(
          "([0-9]{1,15}(?:\\.[0-9]{1,3})?)\\s*(?:([KMGT])(?:i?B)?|B)?", Pattern.CASE_INSENSITIVE);
  private static final String[] UNITS = {"bytes", "KB", "MB", "GB", "TB"};

  static ByteSize parse(String text) {
    Matcher matcher = FORM.matcher(text.trim());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "a size is a number with a unit, such as 500MB or 2GB; got \"" + text + "\"");
    }
    String unit = matcher.group(2);
    int shift = unit == null ? 0 : 10 * (1 + "KMGT".indexOf(unit.toUpperCase(Locale.ROOT)));
    double bytes = Double.parseDouble(matcher.group(1)) * (1L << shift);
    if (bytes > (double) (1L << 60)) {
      throw new IllegalArgumentException("no disk has \"" + text + "\"");
    }
    return new ByteSize((long) bytes);
  }

  @Override
  public String toString() {
    int unit = 0;
    double value = bytes;
    while (value >= 1024 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    String number = String.format(Locale.ROOT, value < 10 ? "%.1f" : "%.0f", value);
    return (number.endsWith(".0") ? number.substring(0, number.length() - 2) : number)
        + " "
        + UNITS[unit];
  }

  static final class Converter implements ITypeConverter<ByteSize> {
    @Override
    public ByteSize convert(String text) {
      try {
        return parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
