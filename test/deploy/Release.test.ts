/** The workflows and the bill of materials: what could be wrong with them before they ever run. */
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { Yaml } from "effect/encoding"
import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync } from "node:fs"

const Permissions = Schema.Record(Schema.String, Schema.Literals(["read", "write"]))

const Step = Schema.Struct({
  uses: Schema.optionalKey(Schema.String),
  run: Schema.optionalKey(Schema.String)
})

const Workflow = Schema.Struct({
  name: Schema.String,
  on: Schema.Unknown,
  permissions: Permissions,
  jobs: Schema.Record(
    Schema.String,
    Schema.Struct({
      permissions: Permissions,
      needs: Schema.optionalKey(Schema.Union([Schema.String, Schema.Array(Schema.String)])),
      uses: Schema.optionalKey(Schema.String),
      "timeout-minutes": Schema.optionalKey(Schema.Int),
      steps: Schema.optionalKey(Schema.Array(Step))
    })
  )
})

const folder = ".github/workflows"

const workflows = readdirSync(folder).map((file) => {
  const text = readFileSync(`${folder}/${file}`, "utf8")
  return { file, text, workflow: Schema.decodeUnknownSync(Workflow)(Yaml.parse(text)) }
})

const { scripts, version } = JSON.parse(readFileSync("package.json", "utf8"))

describe.each(workflows)("the workflow $file", ({ text, workflow }) => {
  const jobs = Object.values(workflow.jobs)
  const commands = jobs.flatMap(({ steps = [] }) => steps).flatMap(({ run = "" }) => run.split("\n"))

  it("takes every action at one commit, and says which version that is", () => {
    const used = text.match(/(?<=uses: ).*/g) ?? []
    assert.isNotEmpty(used)
    for (const action of used.filter((it) => !it.startsWith("./"))) {
      assert.match(action, /^[\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
    }
    for (const local of used.filter((it) => it.startsWith("./"))) assert.isTrue(existsSync(local), local)
  })

  it("gives each job the permissions that it names, and none to all", () => {
    assert.deepStrictEqual(workflow.permissions, {})
    for (const { permissions } of jobs) {
      // Writing is for jobs that publish, and these read the tree as everybody does.
      assert.property(permissions, "contents")
      if (workflow.name === "check") assert.deepStrictEqual(permissions, { contents: "read" })
    }
  })

  it("ends each job in time, and keeps no credential in the tree", () => {
    for (const job of jobs) assert.isTrue(job.uses !== undefined || job["timeout-minutes"] !== undefined)
    const checkouts = text.match(/actions\/checkout@/g) ?? []
    assert.lengthOf(text.match(/persist-credentials: false/g) ?? [], checkouts.length)
  })

  it("waits for jobs that there are", () => {
    for (const { needs = [] } of jobs) assert.includeMembers(Object.keys(workflow.jobs), [needs].flat())
  })

  it("calls scripts, tools and files that there are", () => {
    const called = commands.flatMap((line) => line.match(/(?<=npm run (?:--silent )?)\w[\w-]*|npm test/g) ?? [])
    for (const script of called) assert.property(scripts, script.replace("npm ", ""))
    const tools = commands.flatMap((line) => line.match(/(?<=npm exec -- )\S+/g) ?? [])
    for (const tool of tools) assert.isTrue(existsSync(`node_modules/.bin/${tool}`), tool)
    const files = commands.flatMap((line) => line.match(/(?<=--file )\S+|CHANGELOG\.md|\.\/package\.json/g) ?? [])
    for (const file of files) assert.isTrue(existsSync(file), file)
  })

  it("puts nothing into a command that a stranger could write", () => {
    for (const line of commands) assert.notInclude(line, "${{")
  })
})

describe("a release", () => {
  it("is of a version that the changelog tells of", () => {
    assert.match(
      readFileSync("CHANGELOG.md", "utf8"),
      new RegExp(`^## ${version.replaceAll(".", "\\.")} \\(.+\\)$`, "m")
    )
  })
})

describe("a tag", () => {
  const checks = workflows.flatMap(({ workflow }) => Object.values(workflow.jobs)).flatMap(({ steps = [] }) => steps)
    .flatMap(({ run = "" }) => run.split("\n")).filter((line) => /^grep .*CHANGELOG\.md$/.test(line))

  it.each([
    ["## 0.1.0 (2026-12-01)", 0],
    ["## 0.1.0 (unreleased)", 1],
    ["## 0.1.0", 1],
    ["## 0.1.01 (2026-12-01)", 1]
  ])("of a version whose heading in the changelog is %j ends with %i", (heading, status) => {
    assert.lengthOf(checks, 1)
    const script = `version=0.1.0; ${checks[0]?.replace("CHANGELOG.md", "<<< \"$HEADING\"")}`
    const { status: found } = spawnSync("bash", ["-euc", script], { env: { ...process.env, HEADING: heading } })
    assert.strictEqual(found, status)
  })
})

/** What CycloneDX 1.5 demands of a document, and we of its components. */
const Bom = Schema.Struct({
  bomFormat: Schema.Literal("CycloneDX"),
  specVersion: Schema.Literal("1.5"),
  serialNumber: Schema.String.check(
    Schema.isPattern(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/)
  ),
  version: Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)),
  metadata: Schema.Struct({
    timestamp: Schema.String,
    component: Schema.Struct({ type: Schema.Literal("application"), name: Schema.String, version: Schema.String })
  }),
  components: Schema.Array(Schema.Struct({
    "bom-ref": Schema.String,
    type: Schema.Literal("library"),
    name: Schema.String,
    version: Schema.String,
    purl: Schema.String.check(Schema.isPattern(/^pkg:npm\//)),
    hashes: Schema.Array(Schema.Struct({ alg: Schema.Literal("SHA-512"), content: Schema.String }))
  })),
  dependencies: Schema.Array(Schema.Struct({ ref: Schema.String, dependsOn: Schema.Array(Schema.String) }))
})

describe("the bill of materials", () => {
  const printed = execFileSync("npm", ["run", "--silent", "sbom"], { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 })
  const bom = Schema.decodeUnknownSync(Schema.fromJsonString(Bom))(printed)
  const lock: Readonly<
    Record<string, { readonly name?: string; readonly version: string; readonly integrity: string }>
  > = JSON.parse(readFileSync("package-lock.json", "utf8")).packages

  it("has every package of the lockfile, with its hash", () => {
    const listed = new Map(
      bom.components.map(({ hashes, name, version }) => [`${name}@${version}`, hashes[0]?.content])
    )
    for (const [path, { integrity, name, version }] of Object.entries(lock).filter(([path]) => path !== "")) {
      const hash = Buffer.from(integrity.replace("sha512-", ""), "base64").toString("hex")
      assert.strictEqual(listed.get(`${name ?? path.split("node_modules/").at(-1)}@${version}`), hash, path)
    }
  })

  it("tells what needs what, of nothing that it does not list", () => {
    const known = bom.components.map((it) => it["bom-ref"])
    assert.includeMembers(known, bom.dependencies.flatMap(({ dependsOn }) => dependsOn))
    assert.strictEqual(bom.metadata.component.version, version)
  })
})
