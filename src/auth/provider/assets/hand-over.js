// The answer to an application goes on by itself; without scripts the button takes it there.
document.forms[0]?.submit();
