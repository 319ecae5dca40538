"use strict";
(() => {
  const FIRST_ROWS = 25;  // as many as the page was written with
  const MORE_ROWS = 250;
  const LONG_NAME = 100;
  const root = document.documentElement;
  root.classList.add("scripted");

  const tables = new Map();  // id -> Table
  let exact = false;         // all digits in place of units

  const textOf = cell => cell === null ? "-"
    : Array.isArray(cell) ? (exact ? cell[0] : cell[1]) : String(cell);
  const exactOf = cell => Array.isArray(cell) ? cell[0] : cell === null ? "" : String(cell);
  const grouped = count => String(count).replace(/\B(?=(\d{3})+$)/g, ",");

  // Shortened in the middle, as the names that the page was written with.
  function fitted(text, width) {
    const characters = [...text];
    if (characters.length <= width) return text;
    const head = Math.floor((width - 1) / 2);
    const tail = width - 1 - head;
    return characters.slice(0, head).join("") + "…" + characters.slice(-tail).join("");
  }

  // Whole numbers of any size by their digits: a double has 53 bits.
  function compareNumbers(a, b) {
    const difference = Number(a) - Number(b);
    if (difference !== 0 || a === b) return difference;
    if (a.length !== b.length) return a.length - b.length;
    return a < b ? -1 : 1;
  }

  const compareTexts = new Intl.Collator("en", { numeric: true }).compare;

  class Table {
    constructor(element, view) {
      this.element = element;
      this.body = element.tBodies[0];
      this.columns = view.columns;
      this.rows = view.rows;
      this.order = this.rows.map((_, place) => place);  // those that the search leaves, sorted
      this.shown = FIRST_ROWS;
      this.sorted = null;  // {column, descending}
      this.searched = "";
      this.heads = [...element.tHead.rows[0].cells];
      this.count = document.getElementById(element.id + "-count");
      this.more = document.getElementById(element.id + "-more");
      this.heads.forEach((head, column) => {
        head.setAttribute("aria-sort", "none");
        head.firstElementChild.addEventListener("click", () => this.sort(column));
      });
      this.more?.addEventListener("click", () => this.showMore());
      document.getElementById(element.id + "-search")
        ?.addEventListener("input", event => this.search(event.target.value));
      this.tell();
    }

    sort(column) {
      const isText = ["name", "word"].includes(this.columns[column].kind);
      const again = this.sorted?.column === column;
      this.sorted = { column, descending: again ? !this.sorted.descending : !isText };
      this.heads.forEach((head, place) => head.setAttribute("aria-sort",
        place !== column ? "none" : this.sorted.descending ? "descending" : "ascending"));
      this.arrange();
    }

    search(text) {
      this.searched = text.trim().toLowerCase();
      this.shown = FIRST_ROWS;
      this.arrange();
    }

    arrange() {
      this.order = [];
      this.rows.forEach((row, place) => { if (this.matches(row)) this.order.push(place); });
      if (this.sorted) this.order.sort(this.comparison());
      this.draw();
    }

    matches(row) {
      return !this.searched || row.some(cell => typeof cell === "string" &&
        cell.toLowerCase().includes(this.searched));
    }

    // What is not known comes last in both directions; equal rows keep their order.
    comparison() {
      const { column, descending } = this.sorted;
      const isText = ["name", "word"].includes(this.columns[column].kind);
      const compare = isText ? compareTexts : compareNumbers;
      const keys = this.rows.map(row => exactOf(row[column]));
      return (a, b) => {
        if ((keys[a] === "") !== (keys[b] === "")) return keys[a] === "" ? 1 : -1;
        const order = compare(keys[a], keys[b]);
        return (descending ? -order : order) || a - b;
      };
    }

    showMore() {
      const first = this.shown;
      this.shown += MORE_ROWS;
      this.draw();
      this.body.rows[first]?.scrollIntoView({ block: "nearest" });
    }

    draw() {
      this.body.replaceChildren(...this.order.slice(0, this.shown).map(place => this.row(place)));
      this.tell();
    }

    tell() {
      const shown = Math.min(this.shown, this.order.length);
      if (this.count) {
        this.count.textContent = this.order.length < this.rows.length
          ? `${grouped(this.order.length)} of ${grouped(this.rows.length)} rows match`
          : `${grouped(this.rows.length)} rows`;
      }
      if (this.more) {
        this.more.hidden = shown >= this.order.length;
        this.more.textContent = `Show more (${grouped(shown)} of ${grouped(this.order.length)})`;
      }
    }

    row(place) {
      const line = document.createElement("tr");
      this.rows[place].forEach((cell, column) => line.append(this.cell(cell, column)));
      return line;
    }

    cell(cell, column) {
      const kind = this.columns[column].kind;
      const element = document.createElement(column === 0 ? "th" : "td");
      if (column === 0) element.scope = "row";
      if (kind === "name" && cell.length > LONG_NAME) {
        element.append(folded(cell));
      } else {
        element.textContent = textOf(cell);
      }
      if (kind === "name" || kind === "word") return element;
      element.className = kind === "share" ? "number share" : "number";
      if (Array.isArray(cell)) element.title = cell[0];
      if (kind === "share") {
        const share = Math.min(1, Math.max(0, Number(exactOf(cell))));
        element.style.setProperty("--share-width", (share * 100).toFixed(1) + "%");
      }
      return element;
    }
  }

  // A long name: its ends, and all of it where it is opened.
  function folded(name) {
    const short = fitted(name, LONG_NAME);
    if (short === name) return name;
    const details = document.createElement("details");
    const summary = document.createElement("summary");
    summary.textContent = short;
    details.append(summary, name);
    return details;
  }

  // A chart says of the place under the pointer, or of the one that the arrow keys are at, what
  // its table's row says.
  class Chart {
    constructor(figure) {
      this.figure = figure;
      this.plot = figure.querySelector(".plot");
      this.cursor = figure.querySelector(".cursor");
      this.tip = figure.querySelector(".tip");
      this.place = -1;
      this.plot.addEventListener("pointermove", event => this.point(event));
      this.plot.addEventListener("pointerdown", event => this.point(event));
      this.plot.addEventListener("pointerleave", () => this.hide());
      figure.addEventListener("keydown", event => this.key(event));
      figure.addEventListener("blur", () => this.hide());
    }

    get table() { return tables.get(this.figure.dataset.table); }

    point(event) {
      const box = this.plot.getBoundingClientRect();
      const share = (event.clientX - box.left) / box.width;
      this.show(Math.floor(share * this.table.rows.length));
    }

    key(event) {
      const last = this.table.rows.length - 1;
      const page = Math.max(1, Math.round(last / 10));
      const places = {
        ArrowLeft: this.place - 1, ArrowRight: this.place + 1, Home: 0, End: last,
        PageUp: this.place - page, PageDown: this.place + page,
      };
      if (event.key === "Escape") this.hide();
      if (!(event.key in places)) return;
      event.preventDefault();
      this.show(places[event.key]);
    }

    show(place) {
      const { rows, columns } = this.table;
      this.place = Math.min(rows.length - 1, Math.max(0, place));
      const at = (this.place + 0.5) / rows.length;
      this.cursor.style.left = at * 100 + "%";
      this.cursor.hidden = false;
      this.tip.replaceChildren(...columns.map((column, field) => {
        const line = document.createElement("span");
        const title = document.createElement("span");
        const value = document.createElement("span");
        title.textContent = column.title;
        value.textContent = textOf(rows[this.place][field]);
        line.append(title, " ", value);
        return line;
      }));
      this.tip.hidden = false;
      const x = this.plot.offsetLeft + at * this.plot.offsetWidth;
      const left = at > 0.5 ? x - this.tip.offsetWidth - 12 : x + 12;
      const most = this.figure.offsetWidth - this.tip.offsetWidth;
      this.tip.style.left = Math.max(0, Math.min(left, most)) + "px";
    }

    hide() {
      this.cursor.hidden = true;
      this.tip.hidden = true;
      this.place = -1;
    }
  }

  // What the reader chose is kept where the browser allows it, which it may not for a file.
  const kept = {
    get() { try { return localStorage.getItem("flopprof-theme"); } catch { return null; } },
    set(theme) { try { localStorage.setItem("flopprof-theme", theme); } catch { /* not kept */ } },
  };

  function switchThemes(button) {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : dark.matches;
    const tell = () => { button.textContent = isDark() ? "Light theme" : "Dark theme"; };
    if (["dark", "light"].includes(kept.get())) root.dataset.theme = kept.get();
    button.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      kept.set(root.dataset.theme);
      tell();
    });
    dark.addEventListener("change", tell);
    tell();
  }

  for (const data of document.querySelectorAll('script[type="application/json"]')) {
    const element = document.getElementById(data.id.replace(/-data$/, ""));
    tables.set(element.id, new Table(element, JSON.parse(data.textContent)));
  }
  for (const figure of document.querySelectorAll(".chart")) new Chart(figure);
  switchThemes(document.getElementById("theme"));
  document.getElementById("exact").addEventListener("click", event => {
    exact = !exact;
    event.target.setAttribute("aria-pressed", exact);
    for (const table of tables.values()) table.draw();
  });
})();
