package io.skein.agent.engine.sampleplugin;

import static io.skein.agent.plugin.MethodMatchers.isConstructor;
import static io.skein.agent.plugin.MethodMatchers.not;

import io.skein.agent.engine.Events;
import io.skein.agent.plugin.Advice;
import io.skein.agent.plugin.Plugin;
import io.skein.agent.plugin.Weaver;
import io.skein.agent.plugin.WovenMethod;
import java.util.Arrays;

/** Weaves what carries a mark. */
public final class AnnotatedPlugin implements Plugin {
  @Override
  public String name() {
    return "annotated";
  }

  @Override
  public void weave(Weaver weaver) {
    weaver.annotatedMethods("sampleapp.Mark").advise(method -> true, "Marked");
    weaver.annotatedTypes("sampleapp.Mark").advise(not(isConstructor()), "InMarkedType");
  }

  static final class Marked {
    @Advice.Enter
    static Object enter(@Advice.Method WovenMethod method, @Advice.Arguments Object[] arguments) {
      Events.add(
          method.className()
              + "."
              + method.name()
              + method.argumentTypes()
              + method.returnType()
              + " "
              + Arrays.deepToString(arguments));
      return method.derived(WovenMethod::annotations);
    }

    @Advice.Exit
    static void exit(
        @Advice.Method WovenMethod method,
        @Advice.Entered Object entered,
        @Advice.Returned Object returned) {
      Events.add(
          method.annotations().equals(entered) + " " + returned + " " + method.annotations());
    }

    @Advice.ReplaceReturned
    static Object replace(@Advice.Method WovenMethod method, @Advice.Returned Object returned) {
      return returned instanceof Long ? (Object) 42L : returned instanceof Integer ? 43 : null;
    }
  }

  static final class InMarkedType {
    @Advice.ReplaceReturned
    static Object replace() {
      return true;
    }
  }
}
