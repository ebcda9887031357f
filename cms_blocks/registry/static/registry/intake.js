// A chosen or dropped file is sent at once; the button stays for those without script.
document.querySelectorAll("[data-intake]").forEach((input) => {
  const form = input.form;
  input.addEventListener("change", () => {
    if (!input.files.length) return;
    form.classList.add("intake--busy");
    form.requestSubmit();
  });
});
