package io.skein.agent.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skein.agent.engine.sampleplugin.SamplePlugin;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sampleapp.Sample;
import sampleapp.SubSample;
import sampleapp.SubSampleWrapped;

class EngineTest {
  private final ByteArrayOutputStream logged = new ByteArrayOutputStream();
  private final List<Throwable> failures = new ArrayList<>();
  private Engine engine;

  @BeforeEach
  void install() throws Exception {
    engine =
        Engine.install(
            SelfAttach.instrumentation(),
            new EngineOptions(
                List.of(new SamplePlugin()),
                new AgentLog(
                    new PrintStream(logged, true, StandardCharsets.UTF_8), AgentLog.Level.INFO),
                (plugin, advice, failure) -> failures.add(failure)));
    Events.SEEN.clear();
    Events.REPORTED.clear();
  }

  @AfterEach
  void takeOut() {
    Events.fail = false;
    engine.close();
    Events.SEEN.clear();
    new Sample().greet("x");
    assertThat(Events.SEEN).as("nothing is woven any more").isEmpty();
  }

  @Test
  void adviceSeesArgumentsResultAndStateAndMayReplaceThem() {
    Sample sample = new Sample();
    Events.SEEN.clear();
    assertThat(sample.greet("ann")).isEqualTo("hello ANN");
    assertThat(Events.SEEN)
        .containsExactlyInAnyOrder(
            "enter 0 ann",
            "exit state ann hello ANN null",
            "second enter",
            "second exit second greet");
    assertThat(sample.greet("keep")).isEqualTo("hello keep");
    assertThat(sample.greet("bob")).isEqualTo("replaced");
    assertThat(failures).isEmpty();
  }

  @Test
  void primitivesOfAllWidthsArePassed() {
    assertThat(Sample.add(1, 2L, 3.5, 4.5f)).isEqualTo(10);
    assertThat(Events.SEEN).containsExactly("null 1 2 3.5 4.5 = 10");
    assertThat(failures).isEmpty();
  }

  @Test
  void exitSeesWhatTheCallerPassedAndWhatWasThrown() {
    Sample sample = new Sample();
    Events.SEEN.clear();
    assertThat(sample.branches("mine", 4)).isEqualTo(7);
    assertThatThrownBy(() -> sample.branches("mine", -1)).hasMessage("negative");
    assertThat(Events.SEEN)
        .contains("branches mine 4", "branches mine -1", "exit 7 null", "exit 0 negative");
    assertThat(failures).isEmpty();
  }

  @Test
  void locksAreLeftInOrderAndHandlersStillCatch() {
    Sample sample = new Sample();
    assertThat(sample.locked(false)).isTrue();
    assertThatThrownBy(() -> sample.locked(true)).hasMessage("fail");
    assertThat(Thread.holdsLock(sample)).isFalse();
    assertThat(sample.caught()).isEqualTo(-1);
    assertThatThrownBy(
            () ->
                sample.endless(
                    () -> {
                      throw new IllegalStateException("stop");
                    }))
        .hasMessage("stop");
    sample.nothing();
    assertThat(failures).isEmpty();
    assertThat(Events.SEEN).contains("exit null stop", "exit -1 null", "exit true null");
  }

  @Test
  void aReplacementOfTheWrongTypeIsLeftOut() {
    Object[] empty = {};
    assertThat(new Sample().array(empty)).isSameAs(empty);
    assertThat(new Sample().array(new Object[] {"old"})).containsExactly("new");
  }

  @Test
  void aConstructorTellsOfTheFinishedObject() {
    new Sample();
    assertThat(Events.SEEN).containsExactly("constructed Sample");
  }

  @Test
  void aCallInsideAMethodIsAdvisedAndTheMethodsOwnHandlersStillApply() {
    Sample sample = new Sample();
    Events.SEEN.clear();
    sample.runs(() -> Events.add("task"));
    sample.runs(
        () -> {
          throw new IllegalStateException("broken");
        });
    assertThat(sample.calls).isEqualTo(10);
    assertThat(sample.applies(x -> x * 2, 21)).isEqualTo(43);
    assertThat(Events.SEEN)
        .containsExactly(
            "run true", "task", "ran r null", "run true", "ran r broken", "applied 21 42");
    assertThat(failures).isEmpty();
  }

  /** A StringBuilder cannot become a String: what does not fit is left out. */
  @Test
  void whatACallReturnsCanBeReplacedAlsoInAConstructor() {
    Events.SEEN.clear();
    assertThat(new Sample.Built(() -> "given", new StringBuilder("kept")).text)
        .isEqualTo("get instead of givenkept!");
    assertThat(new Sample.Built(() -> "keep", new StringBuilder()).text).isEqualTo("keep!");
    assertThat(Events.SEEN)
        .containsExactly(
            "get returned given",
            "append returned kept!",
            "get returned keep",
            "append returned !");
    assertThat(failures).isEmpty();
  }

  @Test
  void subtypesAreFoundThroughTheHierarchy() {
    Events.SEEN.clear();
    new SubSample().own();
    assertThat(Events.SEEN).endsWith("enter", "exit null null");
  }

  @Test
  void subtypesThatAreExceptedAreLeftAlone() {
    Events.SEEN.clear();
    new SubSampleWrapped().own();
    assertThat(Events.SEEN).noneMatch(each -> each.startsWith("enter"));
  }

  @Test
  void aClassOfTheJdkIsWoven() {
    assertThat(new Semaphore(3).drainPermits()).isEqualTo(3);
    assertThat(Events.SEEN).containsExactly("enter", "exit 3 null");
  }

  @Test
  void failingAdviceNeverReachesTheApplicationAndSwitchesThePluginOff() {
    Sample sample = new Sample();
    Events.fail = true;
    for (int i = 0; i < PluginState.FAILURES_BEFORE_OFF; i++) {
      assertThat(sample.greet("keep")).isEqualTo("hello keep");
    }
    assertThat(engine.plugins()).isEmpty();
    Events.SEEN.clear();
    assertThat(sample.greet("ann")).isEqualTo("hello ann");
    assertThat(Events.SEEN).isEmpty();
    String log = logged.toString(StandardCharsets.UTF_8);
    assertThat(log.lines().filter(line -> line.contains("WARN"))).hasSize(2);
    assertThat(log).contains("plugin sample failed").contains("switched off");
  }

  private void switchOff(Sample sample) {
    Events.fail = true;
    for (int i = 0; i < PluginState.FAILURES_BEFORE_OFF; i++) {
      sample.greet("keep");
    }
    Events.fail = false;
    assertThat(engine.plugins()).isEmpty();
    Events.SEEN.clear();
  }

  @Test
  void aCallThatWasEnteredBeforeThePluginWasSwitchedOffIsStillLeft() {
    Sample sample = new Sample();
    sample.open(
        () -> {
          assertThat(Events.TRACER.activeSpan()).isNotNull();
          switchOff(sample);
        });
    assertThat(Events.SEEN).containsExactly("left true");
    assertThat(Events.TRACER.activeSpan()).isNull();
    assertThat(Events.REPORTED).hasSize(1);

    sample.open(() -> assertThat(Events.TRACER.activeSpan()).isNull());
    assertThat(Events.SEEN).containsExactly("left true");
    assertThat(Events.REPORTED).hasSize(1);
  }

  @Test
  void whatAFailingExitLeavesOpenIsEnded() {
    Sample sample = new Sample();
    Runnable inside = () -> assertThat(Events.TRACER.activeSpan()).isNotNull();
    sample.opensAndFails(inside);
    assertThat(Events.TRACER.activeSpan()).isNull();
    sample.callsAndFails(inside);
    assertThat(Events.TRACER.activeSpan()).isNull();
    assertThat(failures).extracting(Throwable::getMessage).containsOnly("exit fails").hasSize(2);
    assertThat(Events.REPORTED).hasSize(2);
  }

  @Test
  void theApplicationsExceptionPassesAFailingExit() {
    Sample sample = new Sample();
    Runnable inside =
        () -> {
          throw new IllegalStateException("the application's");
        };
    assertThatThrownBy(() -> sample.opensAndFails(inside)).hasMessage("the application's");
    assertThatThrownBy(() -> sample.callsAndFails(inside)).hasMessage("the application's");
    assertThat(Events.TRACER.activeSpan()).isNull();
    assertThat(Events.REPORTED).hasSize(2);
  }

  @Test
  void whatAnExitThatCannotBeLinkedLeavesOpenIsEnded() {
    Sample sample = new Sample();
    for (int i = 0; i < 2; i++) {
      assertThat(
              sample.opensAndDoesNotLink(
                  1.5, () -> assertThat(Events.TRACER.activeSpan()).isNotNull()))
          .isEqualTo(1.5);
      assertThat(Events.TRACER.activeSpan()).isNull();
    }
    assertThat(failures).hasSize(1);
    assertThat(Events.REPORTED).hasSize(2);
  }

  @Test
  void noFrameOfOursStaysInAStackTraceOfTheApplication() {
    StackTraceElement[][] stack = new StackTraceElement[1][];
    new Sample().runs(() -> stack[0] = Thread.currentThread().getStackTrace());
    assertThat(Arrays.stream(stack[0]).map(StackTraceElement::getClassName))
        .noneMatch(name -> name.startsWith("io.skein.agent.engine.Linker"))
        .noneMatch(name -> name.startsWith("java.lang.invoke"));
  }

  @Test
  void anApplicationLoaderCanBeUnloaded() throws Exception {
    WeakReference<ClassLoader> loader = useInALoaderOfItsOwn();
    for (int i = 0; i < 50 && loader.get() != null; i++) {
      System.gc();
      List<byte[]> pressure = new ArrayList<>();
      for (int k = 0; k < 16; k++) {
        pressure.add(new byte[1 << 20]);
      }
      assertThat(pressure).hasSize(16);
    }
    assertThat(loader.get()).isNull();
    assertThat(failures).isEmpty();
  }

  private static WeakReference<ClassLoader> useInALoaderOfItsOwn()
      throws ReflectiveOperationException {
    ClassLoader own = new SampleLoader();
    Class<?> sample = own.loadClass("sampleapp.Sample");
    assertThat(sample.getClassLoader()).isSameAs(own);
    try {
      Object object = sample.getConstructor().newInstance();
      sample.getMethod("greet", String.class).invoke(object, "ann");
    } catch (InvocationTargetException e) {
      throw new AssertionError(e.getCause());
    }
    assertThat(Events.SEEN).contains("second enter");
    return new WeakReference<>(own);
  }

  /** Loads the sample a second time, as a second application in the same JVM would. */
  private static final class SampleLoader extends ClassLoader {
    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.equals("sampleapp.Sample")) {
        return super.loadClass(name, resolve);
      }
      Class<?> loaded = findLoadedClass(name);
      if (loaded != null) {
        return loaded;
      }
      try (var in = EngineTest.class.getResourceAsStream("/sampleapp/Sample.class")) {
        byte[] bytes = in.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (java.io.IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }
}
