import type { Library } from './library.ts'
import { folderOf, normalFolder, resolveReference } from './relative.ts'

/** Names of files in references, wherever they stand: JSON and YAML write them alike. */
const REFERENCE = /["']?\$ref["']?\s*:\s*["']?([^"'\s,}#]+)/g

/** Loads the files that are referred to anywhere, also where nothing says who may call what. Those that cannot be read stay out. */
export async function loadFurther(library: Library, entry: string, folder: string | undefined): Promise<void> {
  const root = normalFolder(folder ?? folderOf(entry))
  const seen = new Set<string>()
  for (;;) {
    const unseen = library.files().filter((file) => !seen.has(file))
    if (unseen.length === 0) return
    for (const file of unseen) {
      seen.add(file)
      const book = library.get(file)
      if (book?.state !== 'read') continue
      for (const [, reference = ''] of book.root.source.text.matchAll(REFERENCE)) {
        const target = resolveReference(reference, file, root)
        if (target.kind === 'file') await library.load(target.file)
      }
    }
  }
}
