package io.skein.agent.engine;

import io.skein.agent.plugin.Plugin;
import java.util.List;

/**
 * What an {@link Engine} weaves and whom it tells.
 *
 * @param plugins what is woven, in order
 * @param log where it reports
 * @param failures told of each failure of advice, besides the count and the log; strict tests
 *     listen here
 */
public record EngineOptions(List<Plugin> plugins, AgentLog log, AdviceFailures failures) {
  public EngineOptions {
    plugins = List.copyOf(plugins);
  }

  /**
   * Receives the failures of advice that the engine kept from the application. May be called on any
   * thread.
   */
  @FunctionalInterface
  public interface AdviceFailures {
    void failed(String plugin, String advice, Throwable failure);
  }
}
