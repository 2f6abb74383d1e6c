/** The licences of what is in the bundle, as its packages tell them. */
import { Array, Effect, FileSystem, Option, Order, Path, Schema } from "effect"
import type { BundledModule } from "./Bundle.ts"

/** A package in the bundle says nothing of its licence. */
export class LicenseError extends Schema.TaggedError<LicenseError>()("LicenseError", { package: Schema.String }) {
  override get message() {
    return `${this.package} has neither a licence file nor a notice in its sources: it cannot be shipped`
  }
}

const Manifest = Schema.fromJsonString(
  Schema.Struct({ name: Schema.String, version: Schema.String, license: Schema.String })
)

/** A package that is in the bundle, and what its licence demands to be passed on. */
export interface Licensed {
  readonly name: string
  readonly version: string
  /** SPDX. */
  readonly license: string
  readonly texts: ReadonlyArray<string>
}

/** Of every package that one of these modules is from. */
export const of = Effect.fn("Licenses.of")(function*(modules: ReadonlyArray<BundledModule>) {
  const packages = Array.groupBy(modules, ({ file }) => packageDirectory(file))
  delete packages[own]
  const found = yield* Effect.forEach(Object.entries(packages), ([directory, files]) => read(directory, files))
  return Array.sortWith(found, ({ name, version }) => `${name} ${version}`, Order.String)
})

export const print = (packages: ReadonlyArray<Licensed>) =>
  [
    "metrics-server contains parts of these packages, under these licences.\n",
    ...packages.map(({ license, name, texts, version }) =>
      [`${"=".repeat(80)}\n${name} ${version} (${license})\n${"=".repeat(80)}`, ...texts, ""].join("\n\n")
    )
  ].join("\n")

const own = ""

/** The innermost package that a file is in; ours is none. */
const packageDirectory = (file: string) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? own

const read = Effect.fnUntraced(function*(directory: string, modules: ReadonlyArray<BundledModule>) {
  const fs = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  const manifest = yield* Effect.flatMap(
    fs.readFileString(join(directory, "package.json")),
    Schema.decodeEffect(Manifest)
  )
  const isLicense = (file: string) => /^(licen[cs]e|notice|copying)/i.test(file)
  const files = (yield* fs.readDirectory(directory)).filter(isLicense).sort()
  const given = yield* Effect.forEach(files, (file) => fs.readFileString(join(directory, file)))
  const texts = Array.dedupe([...given, ...modules.flatMap(({ source }) => notices(source))].map((it) => it.trim()))
  if (texts.length === 0) return yield* new LicenseError({ package: manifest.name })
  return { ...manifest, texts } satisfies Licensed
})

/** Comments that claim a copyright, such as those of code that a package took over from another one. */
const notices = (source: string) =>
  Option.fromNullOr(source.match(/\/\*[^]*?\*\/|(?:^[ \t]*\/\/.*\n)+/gm)).pipe(
    Option.getOrElse((): ReadonlyArray<string> => []),
    Array.filter((comment) => /copyright|@license|licensed? (by|under)|^\/\*!/i.test(comment))
  )
