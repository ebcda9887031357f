// How long until the next day of the calendar: the page itself is the same for everyone and says only when.
for (const place of document.querySelectorAll("[data-days]")) {
  const next = [...place.querySelectorAll("time")].find((time) => Date.parse(time.dateTime) > Date.now());
  if (!next) continue;
  const hours = Math.ceil((Date.parse(next.dateTime) - Date.now()) / 3600e3);
  const badge = document.createElement("span");
  badge.className = "badge";
  badge.textContent = hours > 48 ? place.dataset.days.replace("#", Math.floor(hours / 24)) : place.dataset.hours.replace("#", hours);
  next.parentElement.append(" ", badge);
}
