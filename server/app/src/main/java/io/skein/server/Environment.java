package io.skein.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Options from the environment, and names there that are meant as options but are none. */
final class Environment implements CommandLine.IDefaultValueProvider {
  private final Map<String, String> variables;

  Environment(Map<String, String> variables) {
    this.variables = variables;
  }

  static String nameOf(OptionSpec option) {
    return Options.ENVIRONMENT_PREFIX
        + option.longestName().substring(2).replace('-', '_').toUpperCase(Locale.ROOT);
  }

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    return argument instanceof OptionSpec option && takesValue(option)
        ? variables.get(nameOf(option))
        : null;
  }

  /** The variable that gave an option its value; null when it is from the command line. */
  @Nullable String sourceOf(@Nullable ArgSpec argument, String... commandLine) {
    if (!(argument instanceof OptionSpec option) || !variables.containsKey(nameOf(option))) {
      return null;
    }
    for (String said : commandLine) {
      if (said.equals(option.longestName()) || said.startsWith(option.longestName() + "=")) {
        return null;
      }
    }
    return nameOf(option);
  }

  /** One sentence for each variable that looks like an option and is none. */
  List<String> misspelt(CommandLine line) {
    TreeSet<String> known = new TreeSet<>();
    for (OptionSpec option : line.getCommandSpec().options()) {
      if (takesValue(option)) {
        known.add(nameOf(option));
      }
    }
    List<String> sentences = new ArrayList<>();
    for (String name : new TreeSet<>(variables.keySet())) {
      if (name.startsWith(Options.ENVIRONMENT_PREFIX) && !known.contains(name)) {
        sentences.add(
            "environment variable " + name + " is not known and has no effect; known are " + known);
      }
    }
    return sentences;
  }

  private static boolean takesValue(OptionSpec option) {
    return !option.usageHelp() && !option.versionHelp();
  }
}
