package io.skein.benchmarks.overhead;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The part of {@code benchmarks/overhead/run} that is written in Java. */
@Command(
    name = "run",
    description = "What an agent costs a service, beside its peers.",
    mixinStandardHelpOptions = true,
    subcommands = {CompareCommand.class, ProfileCommand.class, ReportCommand.class})
public final class Overhead {
  private Overhead() {}

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Overhead()).execute(arguments));
  }
}
