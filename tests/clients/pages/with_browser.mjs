// What a person does on the pages, and what they must look like.
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

const { BASE, ACCOUNTS, PROFILE, SHOTS, CHROMIUM } = process.env;
const account = JSON.parse(readFileSync(ACCOUNTS)).find((one) => one.role === "institution");
const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 900 };

let failed = 0;
function check(said, holds, shown = "") {
  console.log(`${holds ? "ok  " : "FAIL"} ${said}${holds ? "" : ` ${shown}`}`);
  if (!holds) failed += 1;
}

const context = await chromium.launchPersistentContext(PROFILE, {
  executablePath: CHROMIUM,
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
  ],
  viewport: DESKTOP,
  locale: "uk-UA",
});
const page = await context.newPage();
const said = [];
page.on("console", (message) => ["error", "warning"].includes(message.type()) && said.push(message.text()));
page.on("pageerror", (error) => said.push(String(error)));
page.on("request", (request) => {
  const url = request.url();
  if (!url.startsWith(BASE) && !url.startsWith("data:")) said.push(`asked elsewhere: ${url}`);
});

async function shot(name) {
  await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: false });
}

async function fits(what) {
  const [wide, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  check(`${what} is no wider than the screen`, wide <= screen, `${wide} > ${screen}`);
}

function quiet(what) {
  check(`${what}: the browser complains of nothing`, said.length === 0, said.join(" | "));
  said.length = 0;
}

// Contrast of every text with what is behind it (WCAG 2.1, 1.4.3).
function contrasts() {
  const channel = (v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const numbers = (color) => color.match(/[\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = numbers(getComputedStyle(at).backgroundColor);
      if (color.length < 4 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const low = [];
  for (const element of document.querySelectorAll("body *")) {
    if (![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
    const [one, other] = [numbers(getComputedStyle(element).color), behind(element)].map(luminance);
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (ratio < 4.5) low.push(`${element.tagName} ${ratio.toFixed(2)}`);
  }
  return low;
}

for (const [size, viewport] of [["phone", PHONE], ["desktop", DESKTOP]]) {
  await page.setViewportSize(viewport);
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme });
    for (const language of ["uk", "en"]) {
      const what = `start page, ${size}, ${scheme}, ${language}`;
      await page.goto(`${BASE}/?lang=${language}`);
      check(`${what}: says its language`, (await page.getAttribute("html", "lang")) === language);
      const low = await page.evaluate(contrasts);
      check(`${what}: has contrast`, low.length === 0, low.join(", "));
      await fits(what);
      await shot(`start-${size}-${scheme}-${language}`);
    }
  }
}
await page.emulateMedia({ colorScheme: "light" });
await page.goto(`${BASE}/`);
check("the browser's language decides first", (await page.getAttribute("html", "lang")) === "uk");
await page.keyboard.press("Tab");
check("the first stop of the keyboard leads to the content", (await page.evaluate(() => document.activeElement.hash)) === "#main");
await page.click("nav a");
check("the switch leads to English", (await page.getAttribute("html", "lang")) === "en");
for (const address of await page.$$eval("main a", (links) => links.map((link) => link.getAttribute("href")))) {
  const { status } = await context.request.get(`${BASE}${address}`).then((answer) => ({ status: answer.status() }));
  check(`${address} is there`, status === 200, status);
}
quiet("start page");

await page.goto(`${BASE}/docs/`);
await page.waitForSelector(".opblock", { timeout: 60000 });
for (const [size, viewport] of [["phone", PHONE], ["desktop", DESKTOP]]) {
  await page.setViewportSize(viewport);
  await fits(`documentation, ${size}`);
  await shot(`docs-${size}`);
  await page.click(".auth-wrapper .authorize");
  await page.waitForSelector(".modal-ux");
  await fits(`authorize dialog, ${size}`);
  await shot(`docs-${size}-authorize`);
  if (size === "phone") await page.click(".modal-ux .close-modal");
}
// The dialog is open at desktop width: the form of client credentials.
const form = page.locator(".modal-ux .auth-container", { has: page.locator("input[data-name=clientSecret]") });
await form.locator("input[data-name=clientId], #client_id_oauth2").first().fill(account.client_id);
await form.locator("input[data-name=clientSecret]").fill(account.client_secret);
const token = page.waitForResponse(`${BASE}/oauth2/token`);
await form.locator("button.authorize").click();
check("client id and secret get a token", (await token).status() === 200, await (await token).text());
await page.locator(".modal-ux button", { hasText: "Logout" }).waitFor();
await shot("docs-desktop-authorized");
await page.click(".modal-ux .close-modal");

await page.evaluate(() => document.querySelector("[id$=submit_incident] .opblock-summary-control").click());
const operation = page.locator("[id$=-submit_incident]");
await operation.locator("button.try-out__btn").click();
const answer = page.waitForResponse((one) => one.url() === `${BASE}/v1/incidents` && one.request().method() === "POST");
await operation.locator("button.execute").click();
check("a report sent from the page is answered 201", (await answer).status() === 201, await (await answer).text());
await operation.locator(".live-responses-table").waitFor();
await operation.locator(".live-responses-table").scrollIntoViewIfNeeded();
await shot("docs-desktop-reported");
await page.setViewportSize(PHONE);
await fits("answer on the documentation page, phone");
await operation.locator(".live-responses-table").scrollIntoViewIfNeeded();
await shot("docs-phone-reported");
quiet("documentation");

// The receipt of that report, on a screen and on paper.
const { access_token } = await (await token).json();
const { id } = await (await answer).json();
await context.setExtraHTTPHeaders({ Authorization: `Bearer ${access_token}` });
for (const [size, viewport] of [["phone", PHONE], ["desktop", DESKTOP]]) {
  await page.setViewportSize(viewport);
  await page.goto(`${BASE}/v1/incidents/${id}/receipt/printable`);
  check(`receipt, ${size}: has its style`, (await page.evaluate(() => document.styleSheets.length)) === 1);
  const low = await page.evaluate(contrasts);
  check(`receipt, ${size}: has contrast`, low.length === 0, low.join(", "));
  await fits(`receipt, ${size}`);
  await shot(`receipt-${size}`);
}
await page.pdf({ path: `${SHOTS}/receipt.pdf`, preferCSSPageSize: true });
quiet("receipt");

await context.close();
console.log(failed === 0 ? "all steps did what they should" : `${failed} steps failed`);
process.exit(failed === 0 ? 0 : 1);
