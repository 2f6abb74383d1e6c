/** Command lines as pflag would read them. */
import { assert, describe, it } from "@effect/vitest"
import { normalize } from "../src/GoFlags.ts"
import * as Setting from "../src/Setting.ts"

const flags = [
  { name: "kubeconfig", metavar: "FILE" },
  { name: "node-selector", letter: "l", metavar: "SELECTOR" },
  { name: "v", letter: "v", metavar: "NUMBER" },
  { name: "kubelet-insecure-tls" }
]

const requests = [Setting.alias("h", Setting.boolean("help", "")), Setting.boolean("version", "")]

const commands = new Map([["doctor", [{ name: "output", letter: "o", metavar: "WORD" }]]])

const read = (...args: ReadonlyArray<string>) => normalize(args, { flags, requests, commands })

describe("a command line", () => {
  it.each([
    [["--kubeconfig=a=b"], ["--kubeconfig=a=b"]],
    [["--kubeconfig", "a"], ["--kubeconfig=a"]],
    [["--kubeconfig", "-"], ["--kubeconfig=-"]],
    [["--kubeconfig", "--kubelet-insecure-tls"], ["--kubeconfig=--kubelet-insecure-tls"]],
    [["--kubeconfig="], ["--kubeconfig="]],
    [["--kubelet-insecure-tls", "--v=2"], ["--kubelet-insecure-tls=true", "--v=2"]],
    [["--kubelet-insecure-tls=f"], ["--kubelet-insecure-tls=f"]],
    [["-v2"], ["--v=2"]],
    [["-v=2"], ["--v=2"]],
    [["-v", "2"], ["--v=2"]],
    [["--v", "2"], ["--v=2"]],
    [["-lpool=a,b"], ["--node-selector=pool=a,b"]],
    [["-hv", "2"], ["--help=true", "--v=2"]],
    [["--v=2", "--version"], ["--version=true", "--v=2"]],
    [["--help=false", "-h=0", "--version=false"], []],
    [["--help=false", "--help"], ["--help=true"]],
    [["--help", "--help=false"], []],
    [["-v", "1", "-v", "2"], ["--v=1", "--v=2"]],
    [["doctor", "--v=1"], ["doctor", "--v=1"]],
    [["--v=1", "doctor", "-o", "json"], ["doctor", "--v=1", "--output=json"]],
    [["", "--v=1"], ["--v=1"]]
  ])("%j is %j", (args, expected) => {
    assert.deepStrictEqual(read(...args), { args: expected, problems: [] })
  })

  it("names everything that is no flag, and what was probably meant", () => {
    assert.deepStrictEqual(read("--kubeconf=a", "--unlike-anything", "its-value", "--v=1", "-x", "-kubeconfig=a"), {
      args: ["--v=1"],
      problems: [
        "--kubeconf: there is no such flag; did you mean --kubeconfig?",
        "--unlike-anything: there is no such flag",
        "-x: there is no such flag",
        "-kubeconfig: there is no such flag; did you mean --kubeconfig?"
      ]
    })
  })

  it("knows the flags of a command behind that command only", () => {
    assert.deepStrictEqual(read("--output=json"), {
      args: [],
      problems: ["--output: there is no such flag"]
    })
  })

  it("does not take a word behind a switch for its value, as Go does not, and says so", () => {
    assert.deepStrictEqual(read("--kubelet-insecure-tls", "false"), {
      args: ["--kubelet-insecure-tls=true"],
      problems: ["\"false\": a switch takes its value behind \"=\": --kubelet-insecure-tls=false"]
    })
  })

  it("refuses commands that there are not, and says what was probably meant", () => {
    assert.deepStrictEqual(read("version", "--v=1", "help", "docter", "serve"), {
      args: ["--v=1"],
      problems: [
        "\"version\": there is no such command; did you mean --version?",
        "\"help\": there is no such command; did you mean --help?",
        "\"docter\": there is no such command; did you mean doctor?",
        "\"serve\": there is no such command"
      ]
    })
  })

  it("asks for help and version with true or false alone", () => {
    assert.deepStrictEqual(read("--version=maybe"), {
      args: [],
      problems: ["--version: expected true or false, found \"maybe\""]
    })
  })

  it("names a flag that lacks its value", () => {
    assert.deepStrictEqual(read("-v"), { args: [], problems: ["--v: expected NUMBER, found nothing"] })
  })
})
