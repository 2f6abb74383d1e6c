/** flake.nix: read and evaluated by a real nix where there is one; what it names is looked at in any case. */
import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { environment, nodeFlags } from "../../bench/Program.ts"

const flake = readFileSync("flake.nix", "utf8")
const { name, version } = JSON.parse(readFileSync("package.json", "utf8"))
const lock: { readonly packages: Readonly<Record<string, { readonly version: string; readonly integrity?: string }>> } =
  JSON.parse(readFileSync("package-lock.json", "utf8"))

const hasNix = (() => {
  try {
    execFileSync("nix-instantiate", ["--version"], { stdio: "ignore" })
    return true
  } catch {
    return false
  }
})()

describe("the flake, by its text", () => {
  it("names files that are there, and the same ones as the image is built of", () => {
    const named = Array.from(flake.matchAll(/\.\/([\w.-]+)/g), ([, file = ""]) => file)
    for (const file of named) assert.isTrue(existsSync(file), file)
    const admitted = readFileSync(".dockerignore", "utf8").match(/(?<=^!).*/gm) ?? []
    assert.includeMembers(named, [...admitted])
  })

  it("is locked to a revision of what it asks for, and to its contents", () => {
    const { nodes } = JSON.parse(readFileSync("flake.lock", "utf8"))
    const { locked, original } = nodes.nixpkgs
    assert.include(flake, `"github:${original.owner}/${original.repo}/${original.ref}"`)
    assert.deepStrictEqual([locked.owner, locked.repo], [original.owner, original.repo])
    assert.match(locked.rev, /^[0-9a-f]{40}$/)
    assert.match(locked.narHash, /^sha256-[A-Za-z0-9+/]{43}=$/)
    assert.deepStrictEqual(Object.keys(nodes), ["nixpkgs", "root"])
  })

  it("can fetch every package of the lockfile by its hash alone", () => {
    const without = Object.entries(lock.packages).filter(([path, { integrity = "" }]) =>
      path !== "" && !integrity.startsWith("sha512-")
    )
    assert.deepStrictEqual(without, [])
  })

  it("starts the program as the image does", () => {
    for (const flag of nodeFlags) assert.include(flake, `--add-flags ${flag}`)
    for (const [key, value] of Object.entries(environment)) assert.include(flake, `--set-default ${key} ${value}`)
  })
})

/** Evaluated to the last attribute, with nixpkgs replaced by what the flake may ask of it. */
const evaluated = `
  let
    outputs = (import ./flake.nix).outputs { self = outputs; nixpkgs = import ./test/fixtures/nixpkgs.nix; };
    show = value:
      if builtins.isAttrs value then builtins.mapAttrs (_: show) (removeAttrs value [ "outPath" ])
      else if builtins.isList value then map show value
      else if builtins.isFunction value then null
      else value;
  in show outputs`

const nix = (...args: ReadonlyArray<string>) =>
  execFileSync("nix-instantiate", [...args], { encoding: "utf8", maxBuffer: 64 * 1024 * 1024, stdio: "pipe" })

// What a machine cannot do is not skipped: the other of the two says what was done.
// oxlint-disable-next-line vitest/no-conditional-tests
if (hasNix) {
  describe("the flake, by nix", () => {
    it("parses", () => assert.include(nix("--parse", "flake.nix"), "outputs"))

    it("offers a package, a shell and a check for every system, and the image on Linux", () => {
      const { checks, devShells, packages } = JSON.parse(
        nix("--eval", "--strict", "--json", "--store", "dummy://", "-E", evaluated)
      )
      const systems = ["aarch64-darwin", "aarch64-linux", "x86_64-darwin", "x86_64-linux"]
      for (const output of [checks, devShells, packages]) assert.deepStrictEqual(Object.keys(output), systems)
      for (const system of systems) {
        const { default: built, image } = packages[system]
        assert.strictEqual(built.version, version)
        assert.lengthOf(Object.keys(built.npmDeps.packageSourceOverrides), Object.keys(lock.packages).length - 1)
        const effect = built.npmDeps.packageSourceOverrides["node_modules/effect"]
        assert.strictEqual(effect.outputHash, lock.packages["node_modules/effect"]?.integrity)
        assert.include(effect.script, `npm pack --silent 'effect@${lock.packages["node_modules/effect"]?.version}'`)
        assert.strictEqual(image !== undefined, system.endsWith("-linux"))
        if (image !== undefined) {
          assert.deepInclude(image, { name, tag: version })
          assert.strictEqual(image.config.User, "1000:1000")
          assert.deepStrictEqual(image.config.Entrypoint, [`/nix/store/package-${name}/bin/${name}`])
        }
      }
    })
  })
} else {describe("the flake, as there is no nix at hand", () => {
    it("has as many brackets opened as closed", () => {
      const code = flake.replace(/^\s*#.*$/gm, "")
      const count = (bracket: string) => code.split(bracket).length
      for (const [open = "", close = ""] of ["{}", "[]", "()"]) {
        assert.strictEqual(count(open), count(close), open + close)
      }
    })

    it("has a package, a shell, a check and a formatter for every system", () => {
      const outputs = flake.match(/^ {6}\w+(?= = eachSystem)/gm)?.map((it) => it.trim())
      assert.sameMembers(outputs ?? [], ["packages", "devShells", "checks", "formatter"])
    })
  })}
