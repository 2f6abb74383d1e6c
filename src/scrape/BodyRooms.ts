/** Room for the bodies of answers: taken with the first byte, so that of a thousand requests that wait few have some. */

/** A kubelet's page of 30 pods has 30 kB, where it is not compressed. */
const usual = 64 * 1024

/** What nobody uses at the moment. */
const idle: Array<Buffer> = []

/** More bodies than this rarely come at once. */
const most = 16

export const none: Buffer = Buffer.alloc(0)

/** Room for so many bytes, or more, with those that are there. */
export const grown = (room: Buffer, used: number, needed: number): Buffer => {
  if (needed <= room.length) return room
  const larger = needed > usual
    ? Buffer.allocUnsafeSlow(Math.max(needed, 2 * room.length))
    : idle.pop() ?? Buffer.allocUnsafeSlow(usual)
  room.copy(larger, 0, 0, used)
  give(room)
  return larger
}

/** Nobody reads it any more. Room that a single body needed is not kept for the others. */
export const give = (room: Buffer) => {
  if (room.length === usual && idle.length < most) idle.push(room)
}
