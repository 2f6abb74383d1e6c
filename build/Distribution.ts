/** What is shipped: the bundle, its source map, and the licences of what is in it. */
import { Effect, FileSystem, Path } from "effect"
import * as Bundle from "./Bundle.ts"
import * as Licenses from "./Licenses.ts"

export interface Distribution {
  /** The program. */
  readonly file: string
  readonly modules: ReadonlyArray<Bundle.BundledModule>
  readonly packages: ReadonlyArray<Licenses.Licensed>
}

/** The directory is emptied before. */
export const write = Effect.fn("Distribution.write")(function*(directory: string) {
  const fs = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  const file = join(directory, Bundle.name)
  yield* fs.remove(directory, { recursive: true, force: true })
  const modules = yield* Bundle.write(directory)
  yield* fs.chmod(file, 0o755)
  const packages = yield* Licenses.of(modules)
  yield* fs.writeFileString(join(directory, "THIRD-PARTY-LICENSES.txt"), Licenses.print(packages))
  return { file, modules, packages } satisfies Distribution
})
