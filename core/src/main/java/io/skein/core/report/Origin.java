package io.skein.core.report;

/**
 * Another process, gone, in whose name its segments are sent, and its account as far as it is
 * known.
 *
 * @param service its service
 * @param instance its name
 * @param processId what tells it from others of that name
 * @param agentVersion the version of its agent
 * @param account where its segments are now
 */
public record Origin(
    String service,
    String instance,
    String processId,
    String agentVersion,
    ReportCounters.Account account) {}
