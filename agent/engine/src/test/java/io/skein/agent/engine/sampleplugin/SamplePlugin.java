package io.skein.agent.engine.sampleplugin;

import static io.skein.agent.plugin.MethodMatchers.isConstructor;
import static io.skein.agent.plugin.MethodMatchers.named;
import static io.skein.agent.plugin.MethodMatchers.namedOneOf;

import io.skein.agent.engine.Events;
import io.skein.agent.plugin.Advice;
import io.skein.agent.plugin.Plugin;
import io.skein.agent.plugin.Weaver;
import io.skein.api.Span;
import io.skein.core.Scope;
import sampleapp.Sample;

public final class SamplePlugin implements Plugin {
  @Override
  public String name() {
    return "sample";
  }

  @Override
  public void weave(Weaver weaver) {
    weaver
        .type("sampleapp.Sample")
        .advise(named("greet"), "Greet")
        .advise(named("greet"), "Second")
        .advise(named("add"), "Add")
        .advise(namedOneOf("branches", "locked", "caught", "endless", "nothing"), "Any")
        .advise(named("branches"), "Branches")
        .advise(named("array"), "Replacing")
        .advise(named("open"), "Open")
        .advise(named("opensAndFails"), "OpenAndFail")
        .advise(named("opensAndDoesNotLink"), "OpenAndDoNotLink")
        .adviseCall(named("callsAndFails"), "java.lang.Runnable", "run", "OpenAndFail")
        .advise(isConstructor(), "Constructed")
        .adviseCall(named("runs"), "java.lang.Runnable", "run", "Run")
        .adviseCall(named("applies"), "java.util.function.IntUnaryOperator", "applyAsInt", "Apply");
    weaver
        .type("sampleapp.Sample$Built")
        .adviseCall(isConstructor(), "java.util.function.Supplier", "get", "Supplied")
        .adviseCall(isConstructor(), "java.lang.StringBuilder", "append", "Supplied");
    weaver
        .subtypesOf("sampleapp.Sample", "Sub")
        .except("sampleapp.SubSampleWr", "sampleapp.Other")
        .advise(named("own"), "Any");
    weaver.type("java.util.concurrent.Semaphore").advise(named("drainPermits"), "Any");
  }

  static final class Supplied {
    @Advice.Enter
    static String enter(@Advice.MethodName String called) {
      return called;
    }

    @Advice.Exit
    static void exit(@Advice.MethodName String called, @Advice.Returned Object returned) {
      Events.add(called + " returned " + returned);
    }

    @Advice.ReplaceReturned
    static Object replace(
        @Advice.Entered String entered, @Advice.Returned Object returned, @Advice.This Object on) {
      return "keep".equals(returned) ? null : entered + " instead of " + returned;
    }
  }

  static final class Greet {
    @Advice.Enter
    static StringBuilder enter(@Advice.This Sample self, @Advice.Argument(0) String name) {
      Events.add("enter " + self.calls + " " + name);
      return new StringBuilder("state");
    }

    @Advice.Replace(0)
    static String replace(@Advice.Entered StringBuilder entered, @Advice.Argument(0) String name) {
      return entered == null || "keep".equals(name)
          ? null
          : name.toUpperCase(java.util.Locale.ROOT);
    }

    @Advice.Exit
    static void exit(
        @Advice.Entered StringBuilder entered,
        @Advice.Argument(0) String name,
        @Advice.Returned String returned,
        @Advice.Thrown Throwable thrown) {
      Events.add("exit " + entered + " " + name + " " + returned + " " + thrown);
    }

    @Advice.ReplaceReturned
    static String returned(@Advice.Returned String returned) {
      return returned.startsWith("hello B") ? "replaced" : null;
    }
  }

  static final class Second {
    @Advice.Enter
    static String enter(@Advice.MethodName String woven) {
      Events.add("second enter");
      return "second " + woven;
    }

    @Advice.Exit
    static void exit(@Advice.Entered String entered) {
      Events.add("second exit " + entered);
    }
  }

  static final class Add {
    @Advice.Exit
    static void exit(
        @Advice.This Object self,
        @Advice.Argument(0) int a,
        @Advice.Argument(1) long b,
        @Advice.Argument(2) double c,
        @Advice.Argument(3) Object d,
        @Advice.Returned long sum) {
      Events.add(self + " " + a + " " + b + " " + c + " " + d + " = " + sum);
    }
  }

  static final class Any {
    @Advice.Enter
    static void enter() {
      Events.add("enter");
    }

    @Advice.Exit
    static void exit(@Advice.Returned Object returned, @Advice.Thrown Throwable thrown) {
      Events.add("exit " + returned + " " + (thrown == null ? null : thrown.getMessage()));
    }
  }

  static final class Branches {
    @Advice.Exit
    static void exit(@Advice.Argument(0) Object value, @Advice.Argument(1) int number) {
      Events.add("branches " + value + " " + number);
    }
  }

  static final class Replacing {
    @Advice.Replace(0)
    static Object wrongType(@Advice.Argument(0) Object[] in) {
      return in.length == 0 ? "not an array" : new Object[] {"new"};
    }
  }

  static final class Open {
    @Advice.Enter
    static Span enter() {
      return Events.TRACER.startEntry("open");
    }

    @Advice.Exit
    static void exit(@Advice.Thrown Throwable thrown, @Advice.Entered Span span) {
      Events.SEEN.add("left " + span.recording());
      span.end(thrown);
    }
  }

  static final class OpenAndFail {
    @Advice.Enter
    static Span enter() {
      return Events.TRACER.startEntry("open");
    }

    @Advice.Exit
    static void exit(@Advice.Thrown Throwable thrown, @Advice.Entered Span span) {
      if (span.recording()) {
        throw new IllegalStateException("exit fails");
      }
    }
  }

  static final class OpenAndDoNotLink {
    @Advice.Enter
    static Scope enter() {
      Span span = Events.TRACER.startEntry("open");
      return span::end;
    }

    /** No double becomes an int: the call cannot be linked. */
    @Advice.Exit
    static void exit(@Advice.Argument(0) int number, @Advice.Entered Scope scope) {
      scope.close();
    }
  }

  static final class Constructed {
    @Advice.Exit
    static void exit(@Advice.This Object self) {
      Events.add("constructed " + self.getClass().getSimpleName());
    }
  }

  static final class Run {
    @Advice.Enter
    static String enter(@Advice.This Runnable task) {
      Events.add("run " + (task != null));
      return "r";
    }

    @Advice.Exit
    static void exit(@Advice.Entered String entered, @Advice.Thrown Throwable thrown) {
      Events.add("ran " + entered + " " + (thrown == null ? null : thrown.getMessage()));
    }
  }

  static final class Apply {
    @Advice.Exit
    static void exit(@Advice.Argument(0) int x, @Advice.Returned int result) {
      Events.add("applied " + x + " " + result);
    }
  }
}
