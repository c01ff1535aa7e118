using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SnapshotPortal.ControlPlane.Data.Migrations
{
    /// <inheritdoc />
    public partial class DiskKeys : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<Guid>(
                name: "KeyId",
                table: "Snapshots",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "KeyId",
                table: "Disks",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "ProvisionedIops",
                table: "Disks",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "DiskKeys",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    AccountId = table.Column<string>(type: "TEXT", nullable: false),
                    Wrapped = table.Column<byte[]>(type: "BLOB", nullable: false),
                    KekId = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_DiskKeys", x => x.Id);
                    table.ForeignKey(
                        name: "FK_DiskKeys_Accounts_AccountId",
                        column: x => x.AccountId,
                        principalTable: "Accounts",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_Snapshots_KeyId",
                table: "Snapshots",
                column: "KeyId");

            migrationBuilder.CreateIndex(
                name: "IX_Disks_KeyId",
                table: "Disks",
                column: "KeyId");

            migrationBuilder.CreateIndex(
                name: "IX_DiskKeys_AccountId",
                table: "DiskKeys",
                column: "AccountId");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "DiskKeys");

            migrationBuilder.DropIndex(
                name: "IX_Snapshots_KeyId",
                table: "Snapshots");

            migrationBuilder.DropIndex(
                name: "IX_Disks_KeyId",
                table: "Disks");

            migrationBuilder.DropColumn(
                name: "KeyId",
                table: "Snapshots");

            migrationBuilder.DropColumn(
                name: "KeyId",
                table: "Disks");

            migrationBuilder.DropColumn(
                name: "ProvisionedIops",
                table: "Disks");
        }
    }
}
