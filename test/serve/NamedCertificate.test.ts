import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Result } from "effect"
import * as Pem from "../../src/Pem.ts"
import * as NamedCertificate from "../../src/serve/NamedCertificate.ts"
import * as Pki from "../fixtures/Pki.ts"

describe("--tls-sni-cert-key", () => {
  it.each([
    ["a.crt,a.key", { certFile: "a.crt", keyFile: "a.key", names: [] }],
    [" /Etc/a.crt , a.key ", { certFile: "/Etc/a.crt", keyFile: "a.key", names: [] }],
    ["a.crt,a.key:example.org", { certFile: "a.crt", keyFile: "a.key", names: ["example.org"] }],
    ["a.crt,a.key: *.Example.org, b", { certFile: "a.crt", keyFile: "a.key", names: ["*.example.org", "b"] }]
  ])("%j is read", (text, expected) => {
    assert.deepStrictEqual(NamedCertificate.parse(text), Option.some(expected))
  })

  it.each([
    "",
    "a.crt",
    "a.crt,",
    ",a.key",
    " ,a.key",
    "a.crt,a.key,b.key",
    "a.crt,a.key:",
    "a.crt,a.key: ",
    ":example.org"
  ])(
    "%j is refused",
    (text) => assert.isTrue(Option.isNone(NamedCertificate.parse(text)))
  )
})

/** Which of these certificates is shown to who means that server; none is the one for everybody. */
const chosen = Effect.fnUntraced(function*(
  candidates: ReadonlyArray<readonly [cn: string, dns: ReadonlyArray<string>, given: ReadonlyArray<string>]>,
  name: string
) {
  const ca = yield* Pki.authority("it")
  const open = (cn: string, dns: ReadonlyArray<string>) =>
    Effect.map(ca.server({ cn, dns, ip: [] }), (pair) => Result.getOrThrow(Pem.open(pair)))
  const everybody = yield* open("everybody", ["everybody.example"])
  const pairs = yield* Effect.forEach(candidates, ([cn, dns]) => open(cn, dns))
  const named = candidates.map(([, , names], i) => ({ names, pair: pairs[i]! }))
  return pairs.indexOf(NamedCertificate.choose(name, everybody, named)!)
})

const none = -1

describe("the certificate for a name", () => {
  it.effect.each(
    [
      ["is the one it was given for", [["a", [], ["a.example"]], ["b", [], ["b.example"]]], "b.example", 1],
      ["is found without regard to case", [["a", [], ["a.example"]]], "A.Example", 0],
      ["is the one that has it", [["x", ["a.example"], []], ["x", ["b.example"], []]], "b.example", 1],
      ["may have it as its common name", [["a.example", [], []]], "a.example", 0],
      ["may cover it with a wildcard", [["a", [], ["*.example"]]], "b.example", 0],
      ["covers no deeper name with a wildcard", [["a", [], ["*.example"]]], "c.b.example", none],
      ["rather names it in full", [["a", [], ["*.example"]], ["b", ["b.example"], []]], "b.example", 1],
      ["was rather given for it than has it", [["a", ["a.example"], []], ["b", [], ["a.example"]]], "a.example", 1],
      ["is the first of several", [["a", [], ["a.example"]], ["b", [], ["a.example"]]], "a.example", 0],
      ["may have it though it was given for another", [["a", ["a.example"], ["b.example"]]], "a.example", 0],
      ["is everybody's where that has it", [["a", ["everybody.example"], ["b.example"]]], "everybody.example", none],
      ["is everybody's where none has it", [["a", ["a.example"], []]], "c.example", none]
    ] as const
  )(
    "%s",
    ([, candidates, name, expected]) =>
      Effect.map(chosen(candidates, name), (index) => assert.strictEqual(index, expected))
  )
})
