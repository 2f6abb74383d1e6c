/** Ends a test run with one line that counts its tests. */
import { writeSync } from "node:fs"
import type { Reporter, TestModule } from "vitest/node"

export default class CountReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>) {
    const states = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state))
    const count = (state: string) => states.filter((it) => it === state).length
    const broken = modules.filter((module) => module.state() === "failed" && module.errors().length > 0).length
    writeSync(1, `\n${count("passed")} passed, ${count("failed") + broken} failed, ${count("skipped")} skipped\n`)
  }
}
