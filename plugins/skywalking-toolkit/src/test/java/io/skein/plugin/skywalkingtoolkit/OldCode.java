package io.skein.plugin.skywalkingtoolkit;

import java.util.List;
import java.util.Map;

/**
 * What an application that was instrumented for SkyWalking's agent does; the test sees its spans.
 */
interface OldCode {
  /** Trace id, segment id and span id inside of a request, then outside. */
  List<String> ids() throws Exception;

  /** What putting and getting answer, one after the other. */
  List<String> correlation() throws Exception;

  void activeSpan() throws Exception;

  void outsideOfAnySpan();

  /** The headers of the exit span. */
  Map<String, String> spans();

  /** The headers of another one, injected into a carrier by hand. */
  Map<String, String> injected();

  void continued(Map<String, String> headers);

  void extracted(Map<String, String> headers);

  void insideOfARequest() throws Exception;

  void async() throws Exception;

  void capture() throws Exception;

  void stopsTooOften() throws Exception;

  void nonsense();
}
