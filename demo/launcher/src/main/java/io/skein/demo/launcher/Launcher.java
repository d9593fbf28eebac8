package io.skein.demo.launcher;

import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The part of {@code ./skein} that is written in Java. The script builds this jar and calls it. */
@Command(
    name = "skein",
    description = "Distributed tracing for the JVM.",
    mixinStandardHelpOptions = true,
    versionProvider = Launcher.Version.class,
    subcommands = {DemoCommand.class, DoctorCommand.class})
public final class Launcher {
  private Launcher() {}

  public static void main(String[] arguments) {
    CommandLine commands = new CommandLine(new Launcher());
    commands.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          String name = command.getCommandSpec().qualifiedName(" ");
          if (failure instanceof DemoFailure) {
            System.err.println(name + ": " + failure.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
          }
          throw failure;
        });
    System.exit(arguments.length == 0 ? usage(commands) : commands.execute(arguments));
  }

  private static int usage(CommandLine commands) {
    commands.usage(System.out);
    return CommandLine.ExitCode.USAGE;
  }

  /** Where the script stands: the directory under which everything was built. */
  static Path home() {
    return Path.of(System.getProperty("skein.home", ".")).toAbsolutePath().normalize();
  }

  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Launcher.class.getPackage().getImplementationVersion();
      return new String[] {"skein " + (version == null ? "(not packaged)" : version)};
    }
  }
}
