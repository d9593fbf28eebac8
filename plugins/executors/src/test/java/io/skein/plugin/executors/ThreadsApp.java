package io.skein.plugin.executors;

import io.skein.testing.app.Probe;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;

/** The application's threads, virtual ones by reflection: the test is compiled for Java 17. */
public final class ThreadsApp extends WorkApp implements Work.InThreads {
  private static ThreadFactory virtualFactory() throws ReflectiveOperationException {
    Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
    return (ThreadFactory)
        Class.forName("java.lang.Thread$Builder").getMethod("factory").invoke(builder);
  }

  @Override
  public void virtual() throws Exception {
    ExecutorService perTask =
        closing(
            (ExecutorService)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null));
    ThreadFactory factory = virtualFactory();
    request(
        () -> {
          await(perTask.submit(() -> local("per task")));
          Thread made = factory.newThread(() -> local("factory"));
          made.start();
          made.join();
          Thread started =
              (Thread)
                  Thread.class
                      .getMethod("startVirtualThread", Runnable.class)
                      .invoke(null, (Runnable) () -> local("started"));
          started.join();
          await(CompletableFuture.runAsync(() -> local("stage"), perTask));
        });
  }

  @Override
  public boolean virtualWorkerKeepsTheTrace() throws Exception {
    ExecutorService pool = closing(Executors.newFixedThreadPool(1, virtualFactory()));
    request(() -> await(pool.submit(() -> local("task"))));
    return await(pool.submit(Probe::active));
  }

  @Override
  public boolean platformSeesATrace() throws Exception {
    Witness witness = new Witness();
    request(
        () -> {
          Thread thread = new Thread(witness);
          thread.start();
          thread.join();
        });
    return witness.sawATrace();
  }
}
