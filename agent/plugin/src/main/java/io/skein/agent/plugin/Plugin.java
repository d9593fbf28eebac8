package io.skein.agent.plugin;

/**
 * Says where one library is woven. A plugin is one class: its {@link #weave} names types and
 * methods as strings, and its static nested classes are the {@link Advice} that is called there.
 *
 * <p>The outer class is loaded in the agent's own loader, where no library is present: it must not
 * name a library's class. The nested classes, and every other class of the plugin's package, are
 * loaded once for each application loader that is woven, so they may name the library's types
 * freely. It follows that a plugin has a package of its own, and that a static field of it belongs
 * to one application.
 *
 * <p>A plugin is found through {@code META-INF/services/io.skein.agent.plugin.Plugin}.
 */
public interface Plugin {
  /**
   * Returns the name by which settings and log lines call this plugin: lower case, words joined by
   * a dash.
   */
  String name();

  /**
   * Declares what is woven. Called once, before the application starts, on the thread that starts
   * the agent.
   */
  void weave(Weaver weaver);
}
