import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["e2e/**/*.test.ts"],
    environment: "node",
    // One server and one browser at a time: the machine that verifies may have two cores.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Pages that ask again every few seconds, on a machine that does other things.
    expect: { poll: { timeout: 15_000 } },
  },
});
