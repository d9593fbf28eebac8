package io.skein.wire.model;

/**
 * A {@code ProfileTaskFinishReport}: a process has ended a profile task, and has sent what there is
 * of it.
 */
public record ProfileTaskFinish(String service, String instance, String taskId) {}
