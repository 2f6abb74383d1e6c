/** What is measured: the program as it is shipped, bundled anew for every run, so that it is never an old one. */
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

/** As in the image (deploy/Dockerfile): the tests hold them equal. */
export const nodeFlags = ["--min-semi-space-size=4", "--max-semi-space-size=4", "--no-allocation-site-pretenuring"]
export const environment = {
  UV_THREADPOOL_SIZE: "16",
  MALLOC_ARENA_MAX: "1",
  MALLOC_MMAP_THRESHOLD_: "32768",
  MALLOC_TRIM_THRESHOLD_: "32768",
  MALLOC_TOP_PAD_: "0"
}

let built: string | undefined

/** The bundle; built when it is first asked for, and gone with this process. */
export const bundle = () => built ??= build()

const build = () => {
  const directory = mkdtempSync(join(tmpdir(), "metrics-server-bench-"))
  process.on("exit", () => rmSync(directory, { recursive: true }))
  // So that whatever ends with us does.
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1))
  const main = fileURLToPath(new URL("../build/main.ts", import.meta.url))
  execFileSync(process.execPath, [main, directory], { stdio: ["ignore", "ignore", "inherit"] })
  return join(directory, "metrics-server.mjs")
}
