// Walks through the served pages in Chromium as a clerk would, and holds each against the accessibility rules.
// ANWANG_URL, ANWANG_PASSWORD: the running server. ANWANG_CHROMIUM: the browser. ANWANG_SCREENSHOTS: where pictures go.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";

const { ANWANG_URL, ANWANG_PASSWORD, ANWANG_CHROMIUM, ANWANG_SCREENSHOTS = "screenshots" } = process.env;
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const browser = await chromium.launch({
  executablePath: ANWANG_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
// The pages forbid foreign script; only the test's own injection of axe needs the exception.
const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, bypassCSP: true });
const page = await context.newPage();
page.setDefaultTimeout(15_000);
const errors = [];
page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
mkdirSync(ANWANG_SCREENSHOTS, { recursive: true });

async function look(name) {
  await page.screenshot({ path: join(ANWANG_SCREENSHOTS, `${name}.png`), fullPage: false });
  await page.addScriptTag({ path: AXE });
  const { violations } = await page.evaluate((tags) => axe.run(document, { runOnly: { type: "tag", values: tags } }), RULES);
  const told = violations.map((one) => `${one.id}: ${one.help}\n    ${one.nodes.map((node) => node.html).slice(0, 3).join("\n    ")}`);
  assert.deepEqual(told, [], `${name} has accessibility faults`);
  console.log(`   ${name}: no accessibility faults`);
}

const open = async (path) => {
  const response = await page.goto(new URL(path, ANWANG_URL).href);
  assert.ok(response.ok(), `${path} answers ${response.status()}`);
  return response;
};

/** Every page works at 320 CSS pixels, which is also 400 % zoom. */
async function fits(path) {
  await page.setViewportSize({ width: 320, height: 700 });
  await open(path);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 320, `${path} is ${wide} px wide on a 320 px screen`);
  await page.setViewportSize({ width: 1280, height: 900 });
}

async function logIn() {
  await page.goto(ANWANG_URL);
  assert.match(page.url(), /\/login$/, "a stranger is sent to the log-in");
  await look("login");
  await page.getByLabel("密码").fill("wrong");
  await page.getByRole("button", { name: "登录" }).click();
  await page.getByRole("alert").waitFor();
  errors.length = 0; // the browser reports the 401 that was just asked for
  await page.getByLabel("密码").fill(ANWANG_PASSWORD);
  await page.getByRole("button", { name: "登录" }).click();
  await page.getByRole("heading", { level: 1, name: "概况" }).waitFor();
}

async function overview() {
  const response = await open("/");
  assert.match(response.headers()["content-security-policy"], /default-src 'none'/);
  await look("overview");
  assert.ok((await page.getByRole("row").count()) > 18, "eighteen feeds and the programmes are listed");
  const size = await page.evaluate(() => Number.parseFloat(getComputedStyle(document.body).fontSize));
  assert.ok(size >= 18, `text is ${size} px`);
}

async function map() {
  await page.setViewportSize({ width: 1280, height: 1260 }); // tall enough for the whole province
  await open("/map");
  await look("map");
  await page.setViewportSize({ width: 1280, height: 900 });
  assert.equal(await page.locator("svg a").count(), 117, "every county can be opened");
  await page.locator("svg a").first().focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/missed\?county=\d{12}/);
}

async function lists() {
  for (const path of ["/missed", "/wrong", "/alerts"]) {
    await open(path);
    await look(path.slice(1));
    await fits(path);
  }
}

async function person() {
  await open("/missed");
  await page.getByRole("row").nth(1).getByRole("link").first().click();
  await page.getByRole("heading", { level: 1, name: "为什么要看这个人？" }).waitFor();
  await look("purpose");
  await page.getByLabel("事由").fill("核查应享未享名单");
  await page.getByRole("button", { name: "打开" }).click();
  await page.getByRole("heading", { level: 2, name: "各项救助的结论" }).waitFor();
  await look("person");
  await page.locator("details summary").first().click();
  assert.equal(await page.getByText(/[1-9]\d{16}[\dX]/).count(), 0, "no citizen id stands in clear");
  await look("person-records");
  await fits(new URL(page.url()).pathname);
}

async function search() {
  await open("/person");
  await look("search");
  await page.getByLabel("公民身份号码").fill("140105195010010020"); // the check digit is wrong
  await page.getByLabel("事由").fill("定期复核");
  await page.getByRole("button", { name: "查看" }).click();
  await page.getByRole("alert").waitFor();
  await look("search-refused");
  assert.ok(!page.url().includes("1950"), "the id is not in the address");
}

async function english() {
  await open("/");
  await page.getByRole("button", { name: "English" }).click();
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  assert.equal(await page.getAttribute("html", "lang"), "en");
  await look("overview-en");
  await page.getByRole("button", { name: "中文" }).click();
}

async function logOut() {
  await page.getByRole("button", { name: "退出" }).click();
  await page.waitForURL(/\/login$/);
  await page.goto(new URL("/wrong", ANWANG_URL).href);
  assert.match(page.url(), /\/login$/, "after the log-out the lists are closed");
}

try {
  await logIn();
  await overview();
  await fits("/");
  await map();
  await fits("/map");
  await lists();
  await person();
  await search();
  await english();
  await logOut();
  assert.deepEqual(errors, [], "the browser's console shows no error");
  console.log("   the walk is complete");
} finally {
  await browser.close();
}
