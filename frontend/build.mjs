// Builds static/dist/ from static/js, static/css, the icons listed in icons.txt and the two font files.
// Content hashes are Django's business (manifest storage), so names stay plain here.
import { build } from "esbuild";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, "..", "static");
const out = join(source, "dist");
const packages = join(here, "node_modules");

const entries = ["js/app.js", "js/map.js", "js/wall.js", "js/desk.js", "js/intake.js", "js/admin.js", "js/api.js", "js/sheet.js",
  "js/choice.js",
  "css/app.css", "css/coordination.css", "css/attachments.css", "css/wall.css", "css/admin.css"]
  .map((name) => join(source, name))
  .filter(existsSync);

async function bundle() {
  await build({
    entryPoints: entries,
    outdir: out,
    entryNames: "[name]",
    bundle: true,
    minify: true,
    format: "esm",
    target: ["chrome123", "firefox120", "safari17.5"],
    nodePaths: [packages], // the sources live beside this folder, not inside it
    external: ["*.woff2", "*.svg", "../admin/*"], // addresses in the CSS are relative to static/dist/
    legalComments: "none",
    logLevel: "warning",
  });
}

/** One <symbol id="NAME"> per line of icons.txt; "NAME" is an outline icon, "filled/NAME" a filled one, called
 * "filled-NAME". */
async function sprite() {
  const list = await readFile(join(here, "icons.txt"), "utf8");
  const names = list.split("\n").map((line) => line.replace(/#.*/, "").trim()).filter(Boolean);
  const symbols = await Promise.all([...new Set(names)].sort().map(symbol));
  const head = '<svg xmlns="http://www.w3.org/2000/svg">';
  await writeFile(join(out, "icons.svg"), `${head}\n${symbols.join("\n")}\n</svg>\n`);
}

async function symbol(name) {
  const [style, icon] = name.includes("/") ? name.split("/") : ["outline", name];
  const file = join(packages, "@tabler", "icons", "icons", style, `${icon}.svg`);
  if (!existsSync(file)) throw new Error(`icons.txt: there is no icon "${name}"`);
  const svg = await readFile(file, "utf8");
  const shapes = svg.replace(/^[\s\S]*?<svg[\s\S]*?>/, "").replace(/<\/svg>\s*$/, "");
  const drawn = shapes.replace(/\s*<path stroke="none"[^>]*\/>/, "").replace(/\s*\n\s*/g, "");
  const paint =
    style === "filled"
      ? 'fill="currentColor"'
      : 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';
  const id = style === "filled" ? `filled-${icon}` : icon;
  return `<symbol id="${id}" viewBox="0 0 24 24" ${paint}>${drawn}</symbol>`;
}

// Latin and Vietnamese only: together they hold every letter we write.
async function fonts() {
  const files = join(packages, "@fontsource-variable", "inter", "files");
  await mkdir(join(out, "fonts"), { recursive: true });
  for (const script of ["latin", "vietnamese"]) {
    await copyFile(join(files, `inter-${script}-wght-normal.woff2`), join(out, "fonts", `inter-${script}.woff2`));
  }
}

/** The page on which the API is tried: Swagger UI as it comes, without the maps of its sources. */
async function api() {
  await mkdir(join(out, "swagger"), { recursive: true });
  for (const name of ["swagger-ui-bundle.js", "swagger-ui.css"]) {
    const text = await readFile(join(packages, "swagger-ui-dist", name), "utf8");
    await writeFile(join(out, "swagger", name), text.replace(/\/[/*]# sourceMappingURL=.*/g, ""));
  }
}

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await Promise.all([bundle(), sprite(), fonts(), api()]);
