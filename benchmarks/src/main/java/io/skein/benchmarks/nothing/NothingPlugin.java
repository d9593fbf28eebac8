package io.skein.benchmarks.nothing;

import static io.skein.agent.plugin.MethodMatchers.named;

import io.skein.agent.plugin.Advice;
import io.skein.agent.plugin.Plugin;
import io.skein.agent.plugin.Weaver;

/** A plugin that does nothing, so that what is measured is the weaving. */
public final class NothingPlugin implements Plugin {
  @Override
  public String name() {
    return "nothing";
  }

  @Override
  public void weave(Weaver weaver) {
    weaver.type("io.skein.benchmarks.woven.Work").advise(named("woven"), "Nothing");
  }

  static final class Nothing {
    @Advice.Enter
    static Object enter(@Advice.This Object self, @Advice.Argument(0) Object argument) {
      return null;
    }

    @Advice.Exit
    static void exit(
        @Advice.Entered Object entered,
        @Advice.Returned Object returned,
        @Advice.Thrown Throwable thrown) {}
  }
}
