#!/bin/sh
# Writes tables as people have them, about invented firms: firms.csv and trade.csv, and new_firms.csv and new_trade.csv
# with firms whose sector nobody knows, and joining_trade.csv, their trade with the firms before. docs/how-to.md goes on
# from here.
#   make_firms.sh [NUMBER of firms, otherwise 5000]
set -eu
awk -v n="${1:-5000}" '
function uniform() { state = (state * 69069 + 12345) % 4294967296; return state / 4294967296 }
function pick(list, count) { return list[int(uniform() * count) + 1] }
function pad(x) { return x < 10 ? "0" x : x }
function firm(file, id, sector,    size, employees, revenue, words, k, label) {
  size = exp(2 + 5 * uniform() * uniform() + (sector == 3 ? 1 : 0))
  employees = uniform() < 0.05 ? "" : int(size) + 1
  revenue = int(size * (20000 + 60000 * uniform()) * (1 + sector / 4))
  words = ""
  for (k = 0; k < 3; ++k) words = words (k ? " " : "") (uniform() < 0.35 ? pick(common, 6) : pick_word(sector))
  label = file == "firms.csv" ? (uniform() < 0.4 ? "" : name[sector]) : ""
  printf "%s,%s,%s,%d,%d-%s-%s,%s,\"%s\"", id, pick(city, 8), employees, revenue, 1950 + int(70 * uniform()),
    pad(1 + int(12 * uniform())), pad(1 + int(28 * uniform())), (uniform() < 0.1 ? "yes" : "no"), words > file
  printf file == "firms.csv" ? ",%s\n" : "\n%.0s", label > file
}
function pick_word(sector) { return word[sector, int(uniform() * 4) + 1] }
BEGIN {
  state = 2024
  split("food,metal,textile,software,transport", name, ",")
  split("Bonn,Ulm,Kiel,Trier,Mainz,Jena,Gera,Hof", city, ",")
  split("sells,makes,trades,quality,family,local", common, ",")
  split("bread,cakes,milk,meat,steel,tools,parts,iron,cloth,silk,wool,shoes,data,apps,cloud,code,trucks,rail,cargo,ships", all, ",")
  for (s = 1; s <= 5; ++s) for (k = 1; k <= 4; ++k) word[s, k] = all[4 * (s - 1) + k]
  header = "id,city,employees,revenue,founded,listed,about"
  print header ",sector" > "firms.csv"
  print "from,to,orders" > "trade.csv"
  print header > "new_firms.csv"
  print "from,to,orders" > "new_trade.csv"
  for (i = 1; i <= n; ++i) { sector[i] = 1 + int(5 * uniform()); firm("firms.csv", "f" i, sector[i]) }
  for (i = 1; i <= 4 * n; ++i) {
    a = 1 + int(n * uniform()); b = 1 + int(n * uniform())
    # Firms trade with all others, and much with those of their sector.
    if (a != b && (sector[a] == sector[b] || uniform() < 0.4))
      printf "f%d,f%d,%d\n", a, b, sector[a] == sector[b] ? 5 + int(40 * uniform()) : 1 + int(5 * uniform()) > "trade.csv"
  }
  m = int(n / 25) + 2
  for (i = 1; i <= m; ++i) { fresh[i] = 1 + int(5 * uniform()); firm("new_firms.csv", "g" i, fresh[i]) }
  for (i = 1; i <= 6 * m; ++i) {
    a = 1 + int(m * uniform()); b = 1 + int(m * uniform())
    if (a != b && (fresh[a] == fresh[b] || uniform() < 0.3)) printf "g%d,g%d,%d\n", a, b, 1 + int(20 * uniform()) > "new_trade.csv"
  }
  print "from,to,orders" > "joining_trade.csv"
  for (i = 1; i <= 4 * m; ++i) {
    a = 1 + int(m * uniform()); b = 1 + int(n * uniform())
    if (fresh[a] == sector[b] || uniform() < 0.4) printf "g%d,f%d,%d\n", a, b, fresh[a] == sector[b] ? 5 + int(40 * uniform()) : 1 + int(5 * uniform()) > "joining_trade.csv"
  }
}'
