package io.skein.plugin.jdbc;

import java.util.List;

/**
 * An application that uses a database. What it does, it does inside the entry span {@code request}
 * unless it says otherwise.
 */
interface Sql {
  /** Connects, and makes an empty table {@code item}, inside the entry span {@code setup}. */
  void open(String url, String user) throws Exception;

  int executeQuery(String sql) throws Exception;

  int executeUpdate(String sql) throws Exception;

  boolean execute(String sql) throws Exception;

  long executeLargeUpdate(String sql) throws Exception;

  /** A statement that was prepared outside of any trace. */
  int preparedQuery(String sql, int parameter) throws Exception;

  int preparedUpdate(String sql, int parameter) throws Exception;

  boolean preparedExecute(String sql, int parameter) throws Exception;

  int call(String sql, int parameter) throws Exception;

  int batch(List<String> sql) throws Exception;

  /** Executes one batch for each list. */
  int preparedBatches(String sql, List<List<Integer>> parameters) throws Exception;

  /** Adds, clears, adds again, and executes. */
  int clearedBatch(String cleared, String kept) throws Exception;

  String failing(String sql) throws Exception;

  int outside(String sql) throws Exception;

  void transaction(String committed, String rolledBack) throws Exception;

  /** Without auto-commit: executes and commits; then goes back to auto-commit. */
  void transactionAndBack(String committed) throws Exception;

  /** Without auto-commit: executes; then goes back to auto-commit, which commits. */
  void backWithoutCommit(String executed) throws Exception;

  boolean valid() throws Exception;

  boolean validOutside() throws Exception;

  String closedStatement(String sql) throws Exception;

  /** Through a pool whose connections and statements wrap the driver's. */
  int pooled(String url, String user, String sql, int parameter) throws Exception;

  /** The same once more, in wrappers of the application's own around those of the pool. */
  int wrapped(String url, String user, String sql, int parameter) throws Exception;

  /** Whether a statement that nobody closed is collected. */
  boolean forgottenStatementIsCollected(String sql) throws Exception;
}
