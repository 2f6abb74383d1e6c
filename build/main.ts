/** `npm run build`: the bundle, its source map and the licences of what is in it, in dist/ or the directory named. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Console, Effect, FileSystem } from "effect"
import * as Bundle from "./Bundle.ts"
import * as Licenses from "./Licenses.ts"

const directory = process.argv[2] ?? "dist"

Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  yield* fs.remove(directory, { recursive: true, force: true })
  const modules = yield* Bundle.write(directory)
  yield* fs.chmod(`${directory}/${Bundle.name}`, 0o755)
  const packages = yield* Licenses.of(modules)
  yield* fs.writeFileString(`${directory}/THIRD-PARTY-LICENSES.txt`, Licenses.print(packages))
  const { size } = yield* fs.stat(`${directory}/${Bundle.name}`)
  yield* Console.log(
    `${directory}/${Bundle.name}: ${size} bytes of ${modules.length} files and ${packages.length} packages`
  )
}).pipe(Effect.provide(NodeServices.layer), NodeRuntime.runMain)
