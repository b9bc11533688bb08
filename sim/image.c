/*
 * The agent, as bytes: what stage.c puts into the root of every stage.
 */
__asm__(".section .rodata\n"
	".globl agent_image\n"
	".globl agent_image_end\n"
	".balign 16\n"
	"agent_image:\n"
	".incbin \"" AGENT_IMAGE "\"\n"
	"agent_image_end:\n"
	".previous\n");
