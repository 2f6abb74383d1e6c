/** What the documents name is there: files, headings, tests, and the code of samples. */
import { assert, describe, it } from "@effect/vitest"
import * as Documents from "../fixtures/Documents.ts"

describe.each(Documents.documents)("%s", (document) => {
  it("links to files and headings that there are", () => {
    const broken = Documents.links(document).filter(({ anchor, file }) =>
      !Documents.exists(file) || anchor !== undefined && !Documents.anchors(file).includes(anchor)
    )
    assert.deepStrictEqual(broken.map(({ link }) => link), [])
  })

  it("names files that there are", () => {
    assert.deepStrictEqual(Documents.files(document).filter((file) => !Documents.exists(file)), [])
  })
})

describe.each(["README.md", "docs/security.md"])("%s", (document) => {
  const cells = Documents.testCells(document)

  it("names a test in every line of its tables of tests", () => {
    assert.isNotEmpty(cells)
    const without = cells.filter((cell) => Documents.testsIn(cell).length === 0 && !cell.startsWith("the same"))
    assert.deepStrictEqual(without, [])
  })

  it("names tests that there are", () => {
    const missing = cells.flatMap(Documents.testsIn).flatMap(({ file, titles }) => {
      const known = Documents.titlesOf(`test/${file}.test.ts`)
      return titles.filter((part) => !known.some((title) => title.includes(part)))
        .map((part) => `${file}: ${part}`)
    })
    assert.deepStrictEqual(missing, [])
  })
})

it("the sample in README.md is a part of test/flow.test.ts", () => {
  const samples = Documents.samples("README.md")
  assert.lengthOf(samples, 1)
  for (const sample of samples) assert.include(Documents.linesOf(Documents.read("test/flow.test.ts")), sample)
})
