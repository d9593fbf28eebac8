package io.skein.agent.plugin;

/** Names the methods of one set of types and the advice that is called in them. */
public interface TypeWeaver {
  /**
   * Calls the advice in every declared method that matches; abstract and native methods and static
   * initialisers never match. Constructors match {@code named("<init>")} and may have an {@link
   * Advice.Exit} only, which is called on normal return.
   *
   * @param advice the simple name of a static nested class of the plugin
   */
  TypeWeaver advise(MethodMatcher where, String advice);

  /**
   * Calls the advice around a call inside the methods that match, for the places where the method
   * as a whole is the wrong unit (a worker's loop that runs one task after the other). In such
   * advice {@link Advice.This} is the receiver of the call and {@link Advice.Argument} an argument
   * of the call.
   *
   * @param calledOwner the class that the call instruction names, as {@link Class#getName()} writes
   *     it
   */
  TypeWeaver adviseCall(MethodMatcher where, String calledOwner, String calledName, String advice);
}
