import { availableParallelism } from "node:os"
import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Servers in processes of their own are waited for most of the time.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    maxConcurrency: 32,
    reporters: ["default", "./test/CountReporter.ts"]
  }
})
