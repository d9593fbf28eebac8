package io.skein.server.storage;

/** The store is reading as much at once as it has memory for. Later it will answer. */
public final class StorageBusyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StorageBusyException(String message) {
    super(message);
  }
}
